// Evidence's connector for PostgreSQL: reads every view, filters, groups, sorts.
//
//	node evidence.mjs truth mart
//
// It has no bound parameters and no introspection.

import fs from 'node:fs';
import runner from '@evidence-dev/postgres';
import { answers, check, compare, connection, mart, quoted, views } from './truth.mjs';

const version = JSON.parse(fs.readFileSync(new URL('node_modules/@evidence-dev/postgres/package.json', import.meta.url))).version;
console.log(`# version: @evidence-dev/postgres ${version}`);

const types = { text: 'string', date: 'date', 'timestamp with time zone': 'date', boolean: 'boolean' };
const run = await runner.getRunner(connection);

async function ask(sql) {
	const answer = await run(sql, 'question.sql', 5000);
	const rows = [];
	for await (const batch of answer.rows()) {
		rows.push(...batch);
	}
	return { rows, columns: answer.columnTypes, expected: Number(answer.expectedRowCount) };
}

check('Evidence', 'connects', await runner.testConnection(connection), true);
for (const [view, columns] of views) {
	const { rows, columns: found, expected } = await ask(`SELECT * FROM ${quoted(mart)}.${quoted(view)}`);
	check('Evidence', `finds the columns of ${view}`, found.map(c => [c.name, c.evidenceType, c.typeFidelity]),
		columns.map(c => [c.name, types[c.type] ?? 'number', 'precise']));
	check('Evidence', `counts ${view}`, expected, rows.length);
	compare('Evidence', view, rows, v => v);
}

const { rows: large } = await ask(`SELECT account_id, sales_12m FROM ${quoted(mart)}.account_rank
	WHERE report_month = '${answers.get('month')}' AND abc_class = 'A' AND sales_12m >= 30000.50 ORDER BY sales_12m DESC, account_id`);
check('Evidence', 'filters by date, text and number, sorts', large.map(r => `${r.account_id}=${r.sales_12m.toFixed(4)}`).join('; '), answers.get('filter'));
const { rows: groups } = await ask(`SELECT coalesce(abc_class, '-') AS class, sum(line_count) AS lines, sum(sales_amount) AS amount
	FROM ${quoted(mart)}.account_sales_month GROUP BY 1 ORDER BY amount DESC`);
check('Evidence', 'groups and sums', groups.map(r => `${r.class}=${r.lines}=${r.amount.toFixed(4)}`).join('; '), answers.get('group'));
