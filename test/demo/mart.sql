-- The mart: made once, refreshed each month.

-- Who the customers are: the sales tell no more than a country, of which a few
-- customers have two; the latest stands.
CREATE TABLE account AS
SELECT DISTINCT ON (customer_id) customer_id, country
FROM online_retail
WHERE customer_id IS NOT NULL
ORDER BY customer_id, invoiced_at DESC, invoice_no DESC, country;

-- What is sold, and what is only charged beside it.  Manual entries (M) and
-- discounts (D) are no goods either, but they correct the sales of accounts and
-- so stay with them: one M takes back 38,970 from account 15098.
CREATE TABLE product AS
SELECT DISTINCT s.stock_code, f.name, f.name IS NOT NULL AS is_service
FROM online_retail AS s
LEFT JOIN (VALUES
	('POST', 'Postage'),
	('DOT', 'Postage of the web shop'),
	('C2', 'Carriage'),
	('23444', 'Next day carriage'),
	('AMAZONFEE', 'Fee of Amazon'),
	('BANK CHARGES', 'Bank charges'),
	('CRUK', 'Commission of a charity'),
	('B', 'Adjustment of bad debt'),
	('S', 'Samples'),
	('PADS', 'Pads, given away'),
	('gift_0001_10', 'Gift voucher'), ('gift_0001_20', 'Gift voucher'), ('gift_0001_30', 'Gift voucher'),
	('gift_0001_40', 'Gift voucher'), ('gift_0001_50', 'Gift voucher')
) AS f (stock_code, name) ON f.stock_code = s.stock_code;

\o /dev/null
SELECT kam.create_mart('key_accounts', 'online_retail',
	account => 'customer_id', sold_on => 'invoiced_at', amount => 'amount',
	product => 'stock_code', document => 'invoice_no', quantity => 'quantity');
SELECT kam.bind_accounts('key_accounts', 'account', account => 'customer_id', country => 'country');
SELECT kam.bind_products('key_accounts', 'product', product => 'stock_code', name => 'name', is_service => 'is_service');
\o

\ir receivables.sql

\o /dev/null
SELECT kam.bind_receivables('key_accounts', 'receivable', account => 'customer_id', issued_on => 'issued_on', due_on => 'due_on',
	paid_on => 'paid_on', amount => 'amount', document => 'invoice_no');
\o
UPDATE key_accounts.settings SET currency_label = 'pounds sterling';

-- As on the day after the last line
CALL kam.refresh('key_accounts', as_of => '2011-12-09');
CALL kam.check_data('key_accounts');
