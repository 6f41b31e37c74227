// What test/clients/truth.sql printed, and whether a client in JavaScript found
// the same.  See truth.py.

import fs from 'node:fs';

export const views = new Map();
export const answers = new Map();
export const mart = fs.readFileSync(process.argv[3], 'utf8').trim();

for (const line of fs.readFileSync(process.argv[2], 'utf8').split('\n')) {
	const [kind, ...f] = line.split('\t');
	if (kind === 'column') {
		if (!views.has(f[0])) {
			views.set(f[0], []);
		}
		views.get(f[0]).push({ name: f[1], type: f[2], rows: Number(f[3]), filled: Number(f[4]), figure: f[5] });
	} else if (kind === 'query') {
		answers.set(f[0], f[1]);
	}
}

export const connection = {
	host: '127.0.0.1', port: Number(process.env.PGPORT), database: process.env.PGDATABASE,
	user: 'reader', password: process.env.KAM_CLIENT_PASSWORD,
};

export const quoted = name => '"' + name.replaceAll('"', '""') + '"';

export function check(client, name, got, want) {
	const ok = JSON.stringify(got) === JSON.stringify(want);
	console.log(`${ok ? 'ok' : 'not ok'} - ${client}: ${name}${ok ? '' : `: got ${JSON.stringify(got).slice(0, 2000)}, expected ${JSON.stringify(want).slice(0, 2000)}`}`);
}

// Whether the values that are not null have the figure of the column.  Numbers
// are floating in this language, and may be off by what that costs.
function agrees(column, values) {
	const total = Math.round(values.reduce((sum, v) => sum + v, 0));
	switch (column.type.replace(/\(.*/, '')) {
		case 'text':
			return column.figure === `${values.reduce((sum, v) => sum + [...v].length, 0)}/${values.reduce((sum, v) => sum + (v.codePointAt(0) ?? 0), 0)}`;
		case 'date':
			return column.figure === String(Math.round(values.reduce((sum, v) => sum + v.getTime() / 86400000, 0)));
		case 'timestamp with time zone':
			return column.figure === String(values.reduce((sum, v) => sum + Math.floor(v.getTime() / 1000), 0));
		case 'boolean':
			return column.figure === String(values.filter(v => v === true).length);
		case 'double precision':
		case 'numeric': {
			const magnitude = values.reduce((sum, v) => sum + Math.abs(v), 0);
			const got = column.type.startsWith('numeric') ? values.reduce((sum, v) => sum + v, 0) : magnitude;
			return Math.abs(got - Number(column.figure)) <= 1e-9 * magnitude;
		}
		default:
			return column.figure === String(total);
	}
}

// Checks rows, objects by column name; value makes of a driver's value one of
// JavaScript's: text, number, boolean, or a Date, in UTC.
export function compare(client, view, rows, value) {
	const wrong = [];
	for (const column of views.get(view)) {
		const values = rows.map(row => row[column.name]).filter(v => v !== null).map(v => value(v, column.type));
		if (rows.length !== column.rows || values.length !== column.filled || !agrees(column, values)) {
			wrong.push(`${column.name}: ${rows.length} rows, ${values.length} filled, such as ${values[0]}`);
		}
	}
	check(client, `reads ${view}`, wrong, []);
}
