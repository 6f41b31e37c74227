-- Makes the table account in the first schema of search_path: one row per
-- account of sale, with names, managers, groups and the like of usual length.
CREATE TABLE account AS
SELECT account,
	(ARRAY['Albrecht', 'Bergstrom', 'Castellano', 'Dubois', 'Eriksson', 'Fairweather', 'Grabowski', 'Hoffmann', 'Ivanova',
		'Johansson', 'Kowalczyk', 'Lindqvist', 'Montgomery', 'Novak', 'O''Sullivan', 'Papadopoulos', 'Quintero', 'Richardson',
		'Schneider', 'Thorvaldsen', 'Underwood', 'Villanueva', 'Wojcik', 'Zimmermann'])[1 + n % 24]
		|| (ARRAY['', ' & Sons', ' Brothers', ' North', ' International'])[1 + n / 24 % 5]
		|| (ARRAY[' Wholesale', ' Building Supplies', ' Tools', ' Catering', ' Logistics', ' Interiors', ' Medical Devices'])[1 + n / 120 % 7]
		|| (ARRAY[' Ltd', ' GmbH', ' S.A.', ' AB', ' Inc.'])[1 + n / 840 % 5]
		|| CASE WHEN n >= 4200 THEN ' ' || n / 4200 ELSE '' END AS name,
	'Manager ' || (ARRAY['A. Schmidt', 'B. Lefebvre', 'C. van Dijk', 'D. Petrov', 'E. Rossi', 'F. Almeida', 'G. Nowak', 'H. Sato'])[1 + n % 8]
		|| ' ' || n / 8 % 5 AS manager,
	-- A tenth is in groups, of two to some hundred accounts.
	CASE WHEN n % 10 = 3 THEN 'Group ' || floor(800 * sqrt(n % 7919 / 7919.0)) END AS account_group,
	(ARRAY['Retail', 'Construction', 'Hospitality', 'Health care', 'Manufacturing', 'Public sector', 'Transport'])[1 + n % 7] AS industry,
	(ARRAY['North', 'East', 'South', 'West', 'Capital area', 'Coast', 'Export'])[1 + n / 7 % 7] AS region,
	(ARRAY['Germany', 'France', 'Poland', 'Sweden', 'United Kingdom', 'Spain'])[1 + n / 49 % 6] AS country,
	(ARRAY['direct', 'distributor', 'representative', 'online'])[1 + n / 3 % 4] AS channel,
	(1000 * (1 + n % 50))::numeric(12,2) AS credit_limit,
	(ARRAY['30 days net', '14 days 2 %, 30 days net', '60 days net'])[1 + n % 3] AS payment_terms
FROM (SELECT account, (account - 1000000)::integer AS n FROM sale GROUP BY account) AS accounts;
