"""psqlODBC, as Excel, Power BI's ODBC and Access use it, through pyodbc: looks
at a mart, reads every view, asks with parameters, edits a register.

	odbc.py truth mart
"""

import decimal

import pyodbc
import truth
from truth import answers, check, mart, quoted

truth.client = 'ODBC'

# What the driver may call the types
TYPES = {
	'date': {pyodbc.SQL_TYPE_DATE},
	'text': {pyodbc.SQL_WVARCHAR, pyodbc.SQL_WLONGVARCHAR},
	'smallint': {pyodbc.SQL_SMALLINT},
	'integer': {pyodbc.SQL_INTEGER},
	'bigint': {pyodbc.SQL_BIGINT},
	'double precision': {pyodbc.SQL_DOUBLE, pyodbc.SQL_FLOAT},
	'numeric': {pyodbc.SQL_NUMERIC},
	'boolean': {pyodbc.SQL_BIT},
	'timestamp with time zone': {pyodbc.SQL_TYPE_TIMESTAMP},
}


def connect(user):
	# BoolsAsChar is on by default and shows booleans as the texts 0 and 1;
	# UseDeclareFetch reads large views in parts.
	return pyodbc.connect(
		f'DRIVER={{PostgreSQL Unicode}};SERVER=127.0.0.1;PORT={truth.port};DATABASE={truth.database};'
		f'UID={user};PWD={truth.password};BoolsAsChar=0;UseDeclareFetch=1;Fetch=1000')


def introspect(connection):
	cursor = connection.cursor()
	# Names of tables are patterns.
	like = mart.replace('\\', '\\\\').replace('_', '\\_').replace('%', '\\%')
	found = [row.table_name for row in cursor.tables(schema=like, tableType='VIEW')]
	check('all views are found', sorted(view for view in found if view in truth.views), sorted(truth.views))

	# The driver knows no comments of columns.
	columns = {}
	odd = []
	for view in truth.views:
		for row in cursor.columns(schema=like, table=view.replace('_', '\\_')):
			columns.setdefault(view, []).append(row.column_name)
			type_name = truth.views[view][row.ordinal_position - 1][1]
			if row.data_type not in TYPES[truth.plain(type_name)] or (
					type_name.startswith('numeric') and type_name != f'numeric({row.column_size},{row.decimal_digits})'):
				odd.append(f'{view}.{row.column_name} {type_name} is {row.type_name} {row.data_type} {row.column_size},{row.decimal_digits}')
	check('all columns are found, in order', columns, {view: [c[0] for c in list_] for view, list_ in truth.views.items()})
	check('all types are those of SQL', odd, [])


def ask(connection):
	cursor = connection.cursor()
	in_mart = quoted(mart) + '.'
	rows = cursor.execute(
		f'SELECT account_id, sales_12m FROM {in_mart}account_rank'
		' WHERE report_month = ? AND abc_class = ? AND sales_12m >= ? ORDER BY sales_12m DESC, account_id',
		truth.month, 'A', decimal.Decimal('30000.50')).fetchall()
	check('filters by date, text and number, sorts', truth.joined(rows), answers['filter'])
	rows = cursor.execute(
		f"SELECT coalesce(abc_class, '-'), sum(line_count), sum(sales_amount) AS amount FROM {in_mart}account_sales_month"
		' GROUP BY 1 ORDER BY amount DESC').fetchall()
	check('groups and sums', truth.joined(rows), answers['group'])
	rows = cursor.execute(
		f'SELECT account_id FROM {in_mart}account WHERE country = ? OR account_name = ? ORDER BY account_id',
		'France', truth.name_with_quotes).fetchall()
	check('filters by a name with quotes in it', truth.joined(rows), answers['label'])


def edit(connection):
	cursor = connection.cursor()
	check('finds the keys of the registers', {
		table: [row.column_name for row in cursor.primaryKeys(table, schema=mart)] for table in truth.keys}, truth.keys)

	table = f'{quoted(mart)}.override'
	account = answers['filter'].split('=')[0]
	reason = 'Новый "договор", \'ü\' 😀'
	cursor.execute(
		f"INSERT INTO {table} (account_id, status, is_granted, reason, valid_from) VALUES (?, ?, ?, ?, ?)",
		account, 'strategic', True, reason, '2030-01-01')
	rows = cursor.execute(f"SELECT reason, is_granted, valid_until FROM {table} WHERE valid_from = DATE '2030-01-01'").fetchall()
	check('a row is inserted', [tuple(row) for row in rows], [(reason, True, None)])
	cursor.execute(f"UPDATE {table} SET reason = ? WHERE valid_from = ? AND account_id = ?", 'другой', '2030-01-01', account)
	check('a row is updated', cursor.rowcount, 1)
	cursor.execute(f"DELETE FROM {table} WHERE reason = ?", 'другой')
	check('a row is deleted', cursor.rowcount, 1)
	try:
		cursor.execute(f"INSERT INTO {table} (account_id, status, is_granted, reason) VALUES ('1', 'gold', true, 'x')")
		check('a wrong status is refused', 'taken', 'refused')
	except pyodbc.Error as error:
		check('a wrong status is refused by its name', 'status_is_key_or_strategic' in str(error), True)
	connection.rollback()


reader = connect('reader')
print(f'# version: psqlODBC {reader.getinfo(pyodbc.SQL_DRIVER_VER)}, pyodbc {pyodbc.version}')
introspect(reader)
for view in truth.views:
	rows = reader.cursor().execute(f'SELECT * FROM {quoted(mart)}.{quoted(view)}').fetchall()
	truth.compare(view, [list(column) for column in zip(*rows)] or [[]] * len(truth.views[view]))
ask(reader)
edit(connect('editor'))
