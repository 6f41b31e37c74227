"""The CSV recipe in spreadsheets of Russia and Germany: LibreOffice opens the
file that contrib/csv makes as these locales do, numbers are numbers, dates are
dates, texts are what they were and never formulas.

	spreadsheet.py truth mart directory
"""

import codecs
import csv
import datetime
import decimal
import io
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import psycopg2
import truth
from truth import check, mart, quoted

truth.client = 'CSV'
directory = sys.argv[3]
RECIPE = os.path.join(os.path.dirname(__file__), '..', '..', 'contrib', 'csv', 'key_accounts.sql')
NAMES = {
	'office': 'urn:oasis:names:tc:opendocument:xmlns:office:1.0',
	'table': 'urn:oasis:names:tc:opendocument:xmlns:table:1.0',
	'text': 'urn:oasis:names:tc:opendocument:xmlns:text:1.0',
}

# The command of contrib/README.md
file = os.path.join(directory, 'key_accounts.csv')
environment = dict(os.environ, PGHOST='127.0.0.1', PGUSER='reader', PGPASSWORD=truth.password, mart=mart, RECIPE=RECIPE, FILE=file)
subprocess.run(
	r'''{ printf '\357\273\277'; psql -X -q --csv -P csv_fieldsep=';' -v mart="$mart" -f "$RECIPE"; } >"$FILE"''',
	shell=True, check=True, env=environment)
with open(file, 'rb') as stream:
	content = stream.read()
check('begins with the mark of UTF-8', content.startswith(codecs.BOM_UTF8) and not content.startswith(codecs.BOM_UTF8 * 2), True)
lines = list(csv.reader(io.StringIO(content.decode('utf-8-sig'), newline=''), delimiter=';'))
check('no field is a formula', [field for line in lines for field in line if re.match('[-=+@\t\r\n＝＋－＠]', field) and not re.fullmatch(r'-\d+(,\d+)?', field)], [])

# What the view holds
connection = psycopg2.connect(host='127.0.0.1', port=truth.port, dbname=truth.database, user='reader', password=truth.password)
cursor = connection.cursor()
cursor.execute(f'''SELECT rank, account_id, account_name, manager, sales_m2, sales_m1, sales_m0, key_average, sales_12m, round(share::numeric, 6), abc_class, frequency_class, last_purchase
	FROM {quoted(mart)}.key_account WHERE is_latest ORDER BY rank, account_id''')
wanted = cursor.fetchall()
check('has all rows and a head', len(lines), len(wanted) + 1)
soffice = subprocess.run(['soffice', '--version'], capture_output=True, text=True, check=True).stdout
print(f'# version: {" ".join(soffice.split()[:2])}')


def plain(text):
	"""Text without what XML cannot hold or lays out in another way."""
	return re.sub(r'[\x00-\x20\x7f\u200b\ufeff\ufffe\uffff\u2028]+', '', text)


def open_as(language):
	"""The cells as a spreadsheet of this language understands the file: numbers,
	dates and texts, None where there is nothing."""
	with tempfile.TemporaryDirectory() as scratch:
		subprocess.run(
			['soffice', '--headless', f'-env:UserInstallation=file://{scratch}/profile', '--convert-to', 'fods',
				# semicolon, quotes, UTF-8, from line 1, no column types, language; numbers
				# are looked for, quoted ones too, as Excel does
				f'--infilter=CSV:59,34,76,1,,{language},false,true', '--outdir', scratch, file],
			check=True, capture_output=True)
		root = xml.etree.ElementTree.parse(os.path.join(scratch, 'key_accounts.fods'))
	rows = []
	formulas = 0
	for row in root.iterfind('.//table:table-row', NAMES):
		cells = []
		for cell in row.iterfind('table:table-cell', NAMES):
			kind = cell.get(f'{{{NAMES["office"]}}}value-type')
			formulas += cell.get(f'{{{NAMES["table"]}}}formula') is not None
			if kind == 'float':
				value = decimal.Decimal(cell.get(f'{{{NAMES["office"]}}}value'))
			elif kind == 'date':
				value = datetime.date.fromisoformat(cell.get(f'{{{NAMES["office"]}}}date-value'))
			elif kind is None:
				value = None
			else:
				value = plain(''.join(''.join(p.itertext()) for p in cell.iterfind('text:p', NAMES)))
			cells += [value] * min(int(cell.get(f'{{{NAMES["table"]}}}number-columns-repeated', 1)), 20)
		cells += [None] * 13
		if any(value is not None for value in cells):
			rows.append(cells[:13])
	return rows, formulas


def expected(value):
	if isinstance(value, str):
		return plain(re.sub('^(?=[-=+@\t\r\n＝＋－＠])', "'", value)) or None
	return decimal.Decimal(value) if isinstance(value, int) else value


for name, language in (('Germany', 1031), ('Russia', 1049)):
	rows, formulas = open_as(language)
	check(f'{name}: the head is read', rows[0][:2], ['rank', 'account'])
	check(f'{name}: no formulas', formulas, 0)
	wrong = []
	for got, row in zip(rows[1:], wanted, strict=True):
		for i, value in enumerate(row):
			want = expected(value)
			# A name like a number becomes one, see contrib/README.md.
			if isinstance(value, str) and isinstance(got[i], decimal.Decimal):
				want = decimal.Decimal(value)
			if got[i] != want:
				wrong.append(f'{rows[0][i]}: {got[i]!r} instead of {want!r}')
	check(f'{name}: numbers, dates and texts', wrong[:10], [])

rows, _ = open_as(1033)
check('another language would not take these for numbers', any(isinstance(row[4], decimal.Decimal) and row[4] == wanted[0][4] for row in rows[1:2]), False)
