CREATE OR REPLACE TABLE sale AS
FROM read_csv(getvariable('csv'), header = false, columns = {
	'account': 'BIGINT', 'sold_on': 'DATE', 'amount': 'DECIMAL(12,2)'});
