"""SQLAlchemy with psycopg2, and pandas, as notebooks and Superset use them:
looks at a mart, reads every view into a frame, asks with parameters, edits a
register.

	alchemy.py truth mart
"""

import datetime
import decimal

import pandas
import psycopg2
import sqlalchemy
import truth
from sqlalchemy import Date, Numeric, bindparam, func, select, text
from truth import answers, check, mart, quoted

truth.client = 'SQLAlchemy'

TYPES = {
	'date': sqlalchemy.Date,
	'text': sqlalchemy.Text,
	'smallint': sqlalchemy.SmallInteger,
	'integer': sqlalchemy.Integer,
	'bigint': sqlalchemy.BigInteger,
	'double precision': sqlalchemy.Float,
	'numeric': sqlalchemy.Numeric,
	'boolean': sqlalchemy.Boolean,
	'timestamp with time zone': sqlalchemy.DateTime,
}


def engine(user):
	return sqlalchemy.create_engine(sqlalchemy.engine.URL.create(
		'postgresql+psycopg2', user, truth.password, '127.0.0.1', int(truth.port), truth.database))


def introspect(inspector):
	check('the mart is among the schemas', mart in inspector.get_schema_names(), True)
	check('all views are found', sorted(v for v in inspector.get_view_names(schema=mart) if v in truth.views), sorted(truth.views))
	odd = []
	comments = {}
	columns = {}
	for view, expected in truth.views.items():
		comments[view, ''] = inspector.get_table_comment(view, schema=mart)['text']
		found = inspector.get_columns(view, schema=mart)
		columns[view] = [c['name'] for c in found]
		for c, (name, type_name, *_) in zip(found, expected):
			comments[view, name] = c['comment']
			kind = c['type']
			if not isinstance(kind, TYPES[truth.plain(type_name)]) or (
					type_name.startswith('numeric') and type_name != f'numeric({kind.precision},{kind.scale})') or (
					type_name.startswith('timestamp') and not kind.timezone):
				odd.append(f'{view}.{name} {type_name} is {kind!r}')
	check('all columns are found, in order', columns, {view: [c[0] for c in expected] for view, expected in truth.views.items()})
	check('all types are those of SQL', odd, [])
	check('all comments are found', comments, truth.comments)


def read(connection, view):
	# coerce_float, on by default, would make money floating.
	query = select(text('*')).select_from(text(f'{quoted(mart)}.{quoted(view)}'))
	frame = pandas.read_sql_query(query, connection, coerce_float=False)
	columns = []
	for name in frame.columns:
		values = frame[name].astype(object).where(frame[name].notna(), None)
		columns.append([v.to_pydatetime() if isinstance(v, pandas.Timestamp) else v for v in values])
	# What a frame holds for numbers with gaps is floating.
	for i, (name, type_name, *_) in enumerate(truth.views[view]):
		if truth.plain(type_name) in ('smallint', 'integer', 'bigint', 'boolean'):
			columns[i] = [None if v is None else int(v) for v in columns[i]]
	truth.compare(view, columns)


def ask(connection, metadata):
	rank = sqlalchemy.Table('account_rank', metadata, schema=mart, autoload_with=connection)
	rows = connection.execute(
		select(rank.c.account_id, rank.c.sales_12m)
		.where(rank.c.report_month == truth.month, rank.c.abc_class == 'A', rank.c.sales_12m >= decimal.Decimal('30000.50'))
		.order_by(rank.c.sales_12m.desc(), rank.c.account_id))
	check('filters by date, text and number, sorts', truth.joined(rows), answers['filter'])

	frame = pandas.read_sql_query(
		text('SELECT account_id, sales_12m FROM account_rank WHERE report_month = :month AND abc_class = :class AND sales_12m >= :least'
			' ORDER BY sales_12m DESC, account_id').bindparams(bindparam('month', type_=Date), bindparam('least', type_=Numeric)),
		connection, coerce_float=False, params={'month': truth.month, 'class': 'A', 'least': decimal.Decimal('30000.50')})
	check('filters into a frame', truth.joined(frame.itertuples(index=False)), answers['filter'])

	fact = sqlalchemy.Table('account_sales_month', metadata, schema=mart, autoload_with=connection)
	amount = func.sum(fact.c.sales_amount).label('amount')
	rows = connection.execute(
		select(func.coalesce(fact.c.abc_class, '-'), func.sum(fact.c.line_count), amount)
		.group_by(fact.c.abc_class).order_by(amount.desc()))
	check('groups and sums', truth.joined(rows), answers['group'])

	frame = pandas.read_sql_query(select(fact.c.abc_class, fact.c.line_count, fact.c.sales_amount), connection, coerce_float=False)
	frame['abc_class'] = frame['abc_class'].fillna('-')
	totals = frame.groupby('abc_class').agg({'line_count': 'sum', 'sales_amount': lambda a: sum(a, decimal.Decimal(0))})
	totals = totals.sort_values('sales_amount', ascending=False).reset_index()
	check('groups and sums in a frame', truth.joined(totals.itertuples(index=False)), answers['group'])

	account = sqlalchemy.Table('account', metadata, schema=mart, autoload_with=connection)
	rows = connection.execute(
		select(account.c.account_id)
		.where((account.c.country == 'France') | (account.c.account_name == truth.name_with_quotes))
		.order_by(account.c.account_id))
	check('filters by a name with quotes in it', truth.joined(rows), answers['label'])


def edit(connection, metadata):
	inspector = sqlalchemy.inspect(connection)
	check('finds the keys of the registers', {
		table: inspector.get_pk_constraint(table, schema=mart)['constrained_columns'] for table in truth.keys}, truth.keys)
	override = sqlalchemy.Table('override', metadata, schema=mart, autoload_with=connection)
	account = answers['filter'].split('=')[0]
	day = datetime.date(2030, 1, 1)
	reason = 'Новый "договор", \'ü\' 😀'
	made = connection.execute(override.insert().returning(override.c.override_id), {
		'account_id': account, 'status': 'strategic', 'is_granted': True, 'reason': reason, 'valid_from': day}).scalar()
	row = connection.execute(select(override.c.reason, override.c.valid_until).where(override.c.override_id == made)).one()
	check('a row is inserted', tuple(row), (reason, None))
	check('a row is updated', connection.execute(override.update().where(override.c.valid_from == day).values(reason='другой')).rowcount, 1)
	check('a row is deleted', connection.execute(override.delete().where(override.c.reason == 'другой')).rowcount, 1)


print(f'# version: SQLAlchemy {sqlalchemy.__version__}, pandas {pandas.__version__}, psycopg2 {psycopg2.__version__.split()[0]}')
with engine('reader').connect() as connection:
	introspect(sqlalchemy.inspect(connection))
	for view in truth.views:
		read(connection, view)
	connection.execute(text(f'SET search_path = {quoted(mart)}'))
	ask(connection, sqlalchemy.MetaData())
with engine('editor').connect() as connection:
	with connection.begin() as transaction:
		edit(connection, sqlalchemy.MetaData())
		transaction.rollback()
