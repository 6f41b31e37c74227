// Answers requests for DuckDB, a line each, with a line each.
//
//   node duckdb.mjs <directory of node_modules> <database file> <csv file>
//
//   version           of DuckDB
//   load              makes the table sale from the CSV file: rows, milliseconds
//   run <query>       runs a query of queries/: rows, milliseconds
//   save <query> <f>  writes the result of a query to the CSV file f
//   memory            peak of the process' memory in MB

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [modules, database, csv] = process.argv.slice(2);
const { DuckDBInstance, version } = createRequire(`${modules}/`)('@duckdb/node-api');

const instance = await DuckDBInstance.create(database, { threads: '2' });
const connection = await instance.connect();
await connection.run(`SET VARIABLE csv = '${csv}'`);

const query = (name) =>
  readFileSync(new URL(`queries/duckdb_${name}.sql`, import.meta.url), 'utf8').replace(/;\s*$/, '');

// The result is made whole, within DuckDB: no row becomes a value of JavaScript.
async function run(sql) {
  const start = performance.now();
  const result = await connection.run(sql);
  return `${result.rowCount} ${(performance.now() - start).toFixed(3)}`;
}

const requests = {
  version,
  load: () => run(query('load')),
  run: (name) => run(query(name)),
  save: (name, file) => run(`COPY (${query(name)}) TO '${file}' (FORMAT csv, HEADER false)`),
  memory: () => Math.round(process.resourceUsage().maxRSS / 1024),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...parameters] = line.split(' ');
  console.log(String(await requests[verb](...parameters)));
}
