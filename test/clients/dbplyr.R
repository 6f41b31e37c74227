# R with DBI, RPostgreSQL and dbplyr: looks at a mart, reads every view, filters,
# groups and sorts in sentences of dplyr.
#
#	Rscript dbplyr.R truth mart
#
# dbplyr puts literals, not bound parameters, into its queries; RPostgreSQL knows
# dates and numbers, and leaves numeric floating.

suppressPackageStartupMessages({
	library(DBI)
	library(dplyr)
})

argument <- commandArgs(trailingOnly = TRUE)
lines <- strsplit(readLines(argument[1], encoding = "UTF-8"), "\t", fixed = TRUE)
mart <- readLines(argument[2], encoding = "UTF-8")
kind <- vapply(lines, `[`, "", 1)
columns <- as.data.frame(do.call(rbind, lines[kind == "column"]), stringsAsFactors = FALSE)
names(columns) <- c("kind", "view", "name", "type", "rows", "filled", "figure")
answers <- do.call(rbind, lines[kind == "query"])
answer <- function(name) answers[answers[, 2] == name, 3]

check <- function(name, got, want) {
	ok <- isTRUE(all.equal(got, want, check.attributes = FALSE))
	cat(if (ok) "ok" else "not ok", " - dbplyr: ", name, if (!ok) paste0(": got ", paste(head(got), collapse = " "), ", expected ", paste(head(want), collapse = " ")), "\n", sep = "")
}

connection <- dbConnect(RPostgreSQL::PostgreSQL(), host = "127.0.0.1", port = as.integer(Sys.getenv("PGPORT")),
	dbname = Sys.getenv("PGDATABASE"), user = "reader", password = Sys.getenv("KAM_CLIENT_PASSWORD"))
invisible(dbGetQuery(connection, "SET client_encoding = UTF8"))
cat("# version: dbplyr ", format(packageVersion("dbplyr")), ", RPostgreSQL ", format(packageVersion("RPostgreSQL")), ", R ", format(getRversion()), "\n", sep = "")

in_mart <- function(view) tbl(connection, dbplyr::in_schema(mart, view))

# Whether the values that are there have the figure of the column
agrees <- function(type, values, figure) {
	number <- suppressWarnings(as.numeric(figure))
	switch(sub("\\(.*", "", type),
		text = {
			values <- enc2utf8(as.character(values))
			first <- vapply(values, function(v) if (nzchar(v)) utf8ToInt(v)[1] else 0L, 0L)
			identical(paste0(format(sum(nchar(values)), scientific = FALSE, trim = TRUE), "/", format(sum(as.numeric(first)), scientific = FALSE, trim = TRUE)), figure)
		},
		date = inherits(values, "Date") && sum(as.numeric(values)) == number,
		`timestamp with time zone` = inherits(values, "POSIXct") && abs(sum(floor(as.numeric(values))) - number) < 1,
		boolean = is.logical(values) && sum(values) == number,
		`double precision` = is.numeric(values) && abs(sum(abs(values)) - number) <= 1e-9 * max(number, 1),
		numeric = is.numeric(values) && abs(sum(values) - number) <= 1e-9 * max(sum(abs(values)), 1),
		is.numeric(values) && sum(as.numeric(values)) == number)
}

for (view in unique(columns$view)) {
	rows <- as.data.frame(collect(in_mart(view)))
	wanted <- columns[columns$view == view, ]
	wrong <- character()
	if (!identical(names(rows), wanted$name))
		wrong <- "columns"
	else for (i in seq_along(wanted$name)) {
		values <- rows[[i]][!is.na(rows[[i]])]
		if (nrow(rows) != as.numeric(wanted$rows[i]) || length(values) != as.numeric(wanted$filled[i]) ||
				(length(values) > 0 && !agrees(wanted$type[i], values, wanted$figure[i])))
			wrong <- c(wrong, paste(wanted$name[i], nrow(rows), length(values), class(values)[1]))
	}
	check(paste("reads", view), wrong, character())
}

joined <- function(...) paste(paste(..., sep = "="), collapse = "; ")
money <- function(x) sprintf("%.4f", x)
month <- as.Date(answer("month"))
large <- in_mart("account_rank") %>%
	filter(report_month == month, abc_class == "A", sales_12m >= 30000.50) %>%
	arrange(desc(sales_12m), account_id) %>% select(account_id, sales_12m) %>% collect()
check("filters by date, text and number, sorts", joined(large$account_id, money(large$sales_12m)), answer("filter"))

groups <- in_mart("account_sales_month") %>% group_by(abc_class) %>%
	summarise(lines = sum(line_count, na.rm = TRUE), amount = sum(sales_amount, na.rm = TRUE)) %>% arrange(desc(amount)) %>% collect()
check("groups and sums", joined(coalesce(groups$abc_class, "-"), groups$lines, money(groups$amount)), answer("group"))

countries <- in_mart("account_sales_month") %>% left_join(in_mart("account") %>% select(account_id, age_months), by = "account_id") %>%
	summarise(amount = sum(sales_amount, na.rm = TRUE)) %>% collect()
check("joined to the dimension, the facts keep their sum", money(countries$amount),
	money(as.numeric(columns$figure[columns$view == "account_sales_month" & columns$name == "sales_amount"])))
invisible(dbDisconnect(connection))
