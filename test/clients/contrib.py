"""The SQL in contrib/: every expression of the Cube models, every query of the
Grafana dashboard, every test of the dbt sources, run as a reader of the mart.

	contrib.py truth mart
"""

import glob
import itertools
import json
import os
import re

import psycopg2
import truth
import yaml
from truth import check, mart, quoted

truth.client = 'contrib'
CONTRIB = os.path.join(os.path.dirname(__file__), '..', '..', 'contrib')
AGGREGATES = {'sum': 'sum({})', 'max': 'max({})', 'count_distinct': 'count(DISTINCT {})', 'count': 'count(*)'}

connection = psycopg2.connect(host='127.0.0.1', port=truth.port, dbname=truth.database, user='reader', password=truth.password)
connection.autocommit = True
columns_of = {view: [c[0] for c in columns] for view, columns in truth.views.items()}


def ask(sql):
	with connection.cursor() as cursor:
		cursor.execute(sql)
		return cursor.fetchall()


def attempt(sql):
	"""What is wrong with a query, or None."""
	try:
		ask(sql)
	except psycopg2.Error as error:
		return f'{sql}: {error}'


#
# Cube: names in braces are cubes, CUBE the own one, or measures
#

cubes = {}
for file in sorted(glob.glob(f'{CONTRIB}/cube/model/*.yml')):
	with open(file, encoding='utf-8') as stream:
		for cube in yaml.safe_load(stream)['cubes']:
			cubes[cube['name']] = cube


def relation(cube):
	schema, view = cube['sql_table'].split('.')
	assert schema == 'key_accounts'
	return f'{quoted(mart)}.{quoted(view)} AS {cube["name"]}'


def expand(cube, sql, inside_measure=False):
	measures = {m['name']: m for m in cube.get('measures', [])}

	def name(match):
		if match[1] == 'CUBE':
			return cube['name']
		if match[1] in cubes:
			return match[1]
		return measure(cube, measures[match[1]])
	expanded = re.sub(r'\{(\w+)\}', name, sql)
	return f'{cube["name"]}.{expanded}' if re.fullmatch(r'\w+', expanded) else expanded


def measure(cube, m):
	if m['type'] == 'number':
		return expand(cube, m['sql'])
	sql = AGGREGATES[m['type']].format(expand(cube, m.get('sql', '')))
	filters = ' AND '.join(expand(cube, f['sql']) for f in m.get('filters', []))
	return f'{sql} FILTER (WHERE {filters})' if filters else sql


wrong = []
for cube in cubes.values():
	source = relation(cube)
	for item in cube['dimensions']:
		wrong.append(attempt(f'SELECT {expand(cube, item["sql"])} AS value, count(*) FROM {source} GROUP BY 1 ORDER BY 1 LIMIT 10'))
	for item in cube.get('segments', []):
		wrong.append(attempt(f'SELECT count(*) FROM {source} WHERE {expand(cube, item["sql"])}'))
	wrong.append(attempt(f'SELECT {", ".join(measure(cube, m) for m in cube["measures"])} FROM {source}'))
	# A key is there and is one
	key = next(expand(cube, item['sql']) for item in cube['dimensions'] if item.get('primary_key'))
	if ask(f'SELECT count(*) - count(DISTINCT {key}) FROM {source}') != [(0,)]:
		wrong.append(f'{cube["name"]}: {key} is no key')
	# Each row has one partner in a join
	for join in cube.get('joins', []):
		other = cubes[join['name']]
		for kind in ('LEFT JOIN', 'JOIN'):
			if ask(f'SELECT (SELECT count(*) FROM {source}) - (SELECT count(*) FROM {source} {kind} {relation(other)} ON {expand(cube, join["sql"])})') != [(0,)]:
				wrong.append(f'{cube["name"]}: {kind} {other["name"]} has not one row for each')
	# What is summed over months can be
	for m in cube['measures']:
		if m['type'] == 'sum' and not re.search(r'_(amount|count|quantity)$', m['sql']) and not m.get('filters') and cube['name'] not in ('account',):
			wrong.append(f'{cube["name"]}: {m["name"]} is summed over months')
check(f'Cube: {len(cubes)} models', [w for w in wrong if w], [])

#
# Grafana: variables and macros as Grafana puts them in
#

with open(f'{CONTRIB}/grafana/kam.json', encoding='utf-8') as stream:
	dashboard = json.load(stream)


def expand_variables(sql, values):
	def value(match):
		name, form = match[1], match[2]
		chosen = values[name]
		if form == ':sqlstring':
			return ','.join("'" + v.replace("'", "''") + "'" for v in chosen)
		return chosen[0] if form == ':raw' else chosen[0].replace("'", "''")
	return re.sub(r'\$\{(\w+)(:\w+)?\}', value, sql)


values = {}
for variable in dashboard['templating']['list']:
	if variable['type'] != 'query':
		continue
	rows = [str(row[0]) for row in ask(expand_variables(variable['query'], values))]
	if variable['name'] == 'mart':
		(own,) = ask(f"SELECT quote_ident('{mart.replace(chr(39), chr(39) * 2)}')")
		check('Grafana: the mart can be chosen', own[0] in rows, True)
		rows = [own[0]]
	values[variable['name']] = rows if variable['multi'] else rows[:1]
check('Grafana: variables have values', all(values.values()) and set(values) == {'mart', 'month', 'manager'}, True)

wrong = []
titles = []
for panel in dashboard['panels']:
	for target in panel['targets']:
		sql = expand_variables(target['rawSql'], values)
		titles.append(panel['title'])
		fault = attempt(sql)
		if fault:
			wrong.append(fault)
			continue
		with connection.cursor() as cursor:
			cursor.execute(sql)
			names = [c.name for c in cursor.description]
			if not cursor.rowcount and panel['title'] not in ('Turnover alerts', 'Watch list', 'Strategic accounts'):
				wrong.append(f'{panel["title"]}: no rows')
		# Fields are formatted by their names
		formatted = [o['matcher']['options'] for o in panel['fieldConfig']['overrides']]
		formatted += [panel['options'][x] for x in ('xField',) if x in panel['options']]
		wrong += [f'{panel["title"]}: no field {f}' for f in formatted if f not in names]
# No panel hides another
for a, b in itertools.combinations((p['gridPos'] for p in dashboard['panels']), 2):
	if a['x'] < b['x'] + b['w'] and b['x'] < a['x'] + a['w'] and a['y'] < b['y'] + b['h'] and b['y'] < a['y'] + a['h']:
		wrong.append(f'panels overlap: {a}, {b}')
check(f'Grafana: {len(titles)} panels', wrong, [])

#
# dbt: the sources are the views, as their comments say; the generic tests as dbt
# defines them
#

with open(f'{CONTRIB}/dbt/models/sources.yml', encoding='utf-8') as stream:
	(source,) = yaml.safe_load(stream)['sources']


def dbt_test(view, column, test):
	"""The query of a test, which must give no rows."""
	(name, arguments), = test.items() if isinstance(test, dict) else [(test, {})]
	table = f'{quoted(mart)}.{quoted(view)}'
	column = arguments.get('column_name', column)
	if name == 'not_null':
		return f'SELECT 1 FROM {table} WHERE {column} IS NULL'
	if name == 'unique':
		return f'SELECT {column} FROM {table} WHERE {column} IS NOT NULL GROUP BY {column} HAVING count(*) > 1'
	if name == 'accepted_values':
		accepted = ', '.join("'" + v.replace("'", "''") + "'" for v in arguments['values'])
		return f'SELECT {column} FROM {table} WHERE {column} NOT IN ({accepted})'
	if name == 'relationships':
		to = re.fullmatch(r"source\('kam', '(\w+)'\)", arguments['to'])[1]
		return (f'SELECT 1 FROM {table} AS child LEFT JOIN {quoted(mart)}.{quoted(to)} AS parent ON child.{column} = parent.{arguments["field"]}'
			f' WHERE child.{column} IS NOT NULL AND parent.{arguments["field"]} IS NULL')
	raise ValueError(name)


tests = 0
wrong = []
for table in source['tables']:
	view = table['name']
	names = [c['name'] for c in table['columns']]
	if names != columns_of.get(view):
		wrong.append(f'{view}: has columns {names}, the mart {columns_of.get(view)}')
		continue
	for column in [{'name': '', 'description': table['description'], 'data_tests': table.get('data_tests', [])}] + table['columns']:
		if column['description'] != truth.comments[view, column['name']]:
			wrong.append(f'{view}.{column["name"]}: described as {column["description"]!r}, in the mart as {truth.comments[view, column["name"]]!r}')
		for test in column.get('data_tests', []):
			tests += 1
			sql = dbt_test(view, column['name'], test)
			fault = attempt(sql)
			if fault or ask(sql):
				wrong.append(fault or f'fails: {sql}')
check(f'dbt: {len(source["tables"])} sources, {tests} tests', wrong, [])
