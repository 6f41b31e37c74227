"""What test/clients/truth.sql printed, and whether a client found the same.

	script.py truth mart

truth and mart are files: the lines of truth.sql, the name of the mart.
"""

import datetime
import decimal
import math
import os
import sys

EPOCH = datetime.date(1970, 1, 1)

views = {}		# view -> list of (column, type, rows, filled, figure)
comments = {}	# (view, column or '') -> comment
keys = {}		# register -> columns of its primary key
answers = {}	# query -> answer

with open(sys.argv[1], encoding='utf-8', newline='\n') as lines:
	for line in lines:
		kind, *f = line.rstrip('\n').split('\t')
		if kind == 'column':
			views.setdefault(f[0], []).append((f[1], f[2], int(f[3]), int(f[4]), f[5]))
		elif kind == 'comment':
			comments[f[0], f[1]] = f[2]
		elif kind == 'key':
			keys[f[0]] = f[1].split()
		else:
			answers[f[0]] = f[1]

with open(sys.argv[2], encoding='utf-8') as lines:
	mart = lines.read().rstrip('\n')

password = os.environ['KAM_CLIENT_PASSWORD']
port = os.environ['PGPORT']
database = os.environ['PGDATABASE']
name_with_quotes = 'semi;colon, comma "quote" \'apostrophe\' back\\slash /slash | bar'
month = datetime.date.fromisoformat(answers['month'])

# Whose name the lines of check bear
client = ''


def check(name, got, want):
	"""Prints a line that says whether got is want."""
	if got == want:
		print(f'ok - {client}: {name}')
	else:
		print(f'not ok - {client}: {name}: got {str(got)[:2000]!r}, expected {str(want)[:2000]!r}')


def quoted(name):
	return '"' + name.replace('"', '""') + '"'


def plain(type_name):
	"""The name of a type without precision."""
	return type_name.split('(')[0]


def figure(type_name, values, want):
	"""The figure of truth.sql of these values, none of them None; a wrong type
	of value gives another figure."""
	kind = plain(type_name)
	if kind == 'text':
		return f'{sum(len(v) for v in values)}/{sum(ord(v[0]) for v in values if v)}'
	if kind == 'date':
		return str(sum((v - EPOCH).days for v in values))
	if kind == 'timestamp with time zone':
		return str(sum(math.floor(v.timestamp()) for v in values))
	if kind == 'double precision':
		total = math.fsum(abs(v) for v in values)
		return want if math.isclose(total, float(want), rel_tol=1e-9) else repr(total)
	if kind == 'numeric':
		assert all(isinstance(v, decimal.Decimal) for v in values)
		with decimal.localcontext() as context:
			context.prec = 60
			total = sum(values, decimal.Decimal(0))
			return f'{total.normalize():f}' if total else '0'
	return str(sum(values))


def compare(view, columns):
	"""Checks the values of all columns of a view, lists with None."""
	wrong = []
	for (name, type_name, rows, filled, want), values in zip(views[view], columns, strict=True):
		present = [v for v in values if v is not None]
		got = (len(values), len(present), figure(type_name, present, want))
		if got != (rows, filled, want):
			wrong.append(f'{name}: {got} instead of {(rows, filled, want)}')
	check(f'reads {view}', wrong, [])


def joined(rows):
	return '; '.join('='.join(str(value) for value in row) for row in rows)
