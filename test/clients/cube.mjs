// Cube's driver for PostgreSQL and its schema compiler: looks at a mart, reads
// every view, asks with parameters; compiles the models of contrib/cube and runs
// what they say.
//
//	node cube.mjs truth mart
//
// The part of Cube that is written in Rust comes from no registry, so queries
// are planned by the compiler's own planner, and templates (Jinja) are not
// tested; the models have none.

process.env.CUBEJS_TESSERACT_SQL_PLANNER = 'false';
process.env.CUBEJS_TELEMETRY = 'false';

import fs from 'node:fs';
import { createRequire } from 'node:module';
import { answers, check, compare, connection, mart, quoted, views } from './truth.mjs';

const require = createRequire(import.meta.url);
const { PostgresDriver } = require('@cubejs-backend/postgres-driver');
const { prepareCompiler, PostgresQuery } = require('@cubejs-backend/schema-compiler');
console.log(`# version: @cubejs-backend/postgres-driver and schema-compiler ${require('@cubejs-backend/postgres-driver/package.json').version}`);

const driver = new PostgresDriver(connection);
await driver.testConnection();

const found = (await driver.tablesSchema())[mart] ?? {};
check('Cube', 'all views are found', Object.keys(found).sort(), [...views.keys()].sort());
check('Cube', 'all columns are found', [...views.keys()].filter(v => found[v].map(c => c.name).sort().join() !== views.get(v).map(c => c.name).sort().join()), []);

// The driver leaves numbers and times as text, times in UTC.
const value = (v, type) => type === 'text' || type === 'boolean' ? v
	: type === 'date' || type.startsWith('timestamp') ? (v instanceof Date ? v : new Date(v.endsWith('Z') ? v : v + 'Z'))
	: Number(v);
for (const view of views.keys()) {
	compare('Cube', view, await driver.query(`SELECT * FROM ${quoted(mart)}.${quoted(view)}`, []), value);
}
const large = await driver.query(`SELECT account_id, sales_12m FROM ${quoted(mart)}.account_rank
	WHERE report_month = $1::date AND abc_class = $2 AND sales_12m >= $3 ORDER BY sales_12m DESC, account_id`, [answers.get('month'), 'A', '30000.50']);
check('Cube', 'filters by date, text and number, sorts', large.map(r => `${r.account_id}=${r.sales_12m}`).join('; '), answers.get('filter'));

// The models, for this mart
const models = new URL('../../contrib/cube/model/', import.meta.url);
const files = fs.readdirSync(models).map(file => ({
	fileName: file,
	content: fs.readFileSync(new URL(file, models), 'utf8').replace(/sql_table: key_accounts\.(\w+)/g, (_, view) => `sql_table: ${JSON.stringify(`${quoted(mart)}.${view}`)}`),
}));
const compilers = prepareCompiler({ localPath: () => '.', dataSchemaFiles: async () => files },
	{ adapter: 'postgres', nativeInstance: { newJinjaEngine: () => ({}) } });
await compilers.compiler.compile();
const cubes = compilers.metaTransformer.cubes.map(cube => cube.config);
check('Cube', 'the models compile', cubes.length >= 8, true);

async function load(query) {
	const [sql, values] = new PostgresQuery(compilers, { timezone: 'UTC', limit: 100000, ...query }).buildSqlAndParams();
	return driver.query(sql, values);
}

// Every measure by every dimension of its cube
for (const cube of cubes) {
	const measures = cube.measures.map(m => m.name);
	const wrong = [];
	for (const dimension of cube.dimensions) {
		const part = dimension.type === 'time' ? { timeDimensions: [{ dimension: dimension.name, granularity: 'month' }] } : { dimensions: [dimension.name] };
		const rows = await load({ measures, ...part });
		if (rows.length === 0 && views.get(cube.name)[0].rows > 0) {
			wrong.push(`${dimension.name}: no rows`);
		}
	}
	check('Cube', `${cube.name}: measures by each dimension`, wrong, []);
}

// Joins leave the sums as they are
const total = views.get('account_sales_month').find(c => c.name === 'sales_amount').figure;
const byAccount = await load({ measures: ['account_sales_month.sales', 'account_sales_month.margin_ratio'], dimensions: ['account.name', 'report_calendar.fiscal_year'] });
check('Cube', 'sales by account and year add up', byAccount.reduce((sum, r) => sum + Number(r.account_sales_month__sales), 0).toFixed(2), Number(total).toFixed(2));

// A month is the same in every zone
const months = {};
for (const timezone of ['UTC', 'America/Los_Angeles', 'Pacific/Kiritimati', 'Europe/Moscow']) {
	const rows = await load({ measures: ['account_sales_month.sales'], timezone,
		timeDimensions: [{ dimension: 'account_sales_month.month', granularity: 'month', dateRange: ['2000-01-01', answers.get('month').slice(0, 8) + '30'] }],
		order: [{ id: 'account_sales_month.month' }] });
	months[timezone] = rows.map(r => `${String(r.account_sales_month__month_month).slice(0, 7)}=${Number(r.account_sales_month__sales).toFixed(2)}`).join('; ');
	check('Cube', `months in ${timezone}`, months[timezone], months.UTC);
}
const filtered = await load({ measures: ['account_rank.sales_12m', 'account_rank.accounts'], dimensions: ['account_rank.abc_class'], segments: ['account_rank.key'],
	filters: [{ member: 'account_rank.abc_class', operator: 'equals', values: ['A'] }] });
check('Cube', 'key accounts by a segment', filtered.length, 1);
await driver.release();
