-- The scan that any ABC-XYZ of twelve months needs
SELECT count(account), count(amount)
FROM sale
WHERE sold_on >= '2023-01-01' AND sold_on < '2024-01-01';
