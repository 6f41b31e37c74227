/*-------------------------------------------------------------------------
 *
 * words.h
 *		All words of pages and pictures, a column per language.
 *
 * WORD(name, ...) is used by name in the code, TEXT(...) by its English text
 * in the pages that SQL makes; also what a view says, such as a state, is said
 * by its English text.  $1, $2 and so on stand for figures.  Sentences name a
 * thing and its figure ("accounts: 1"), so that no language needs a plural.
 *
 * A further language is one more column here and one more KAM_LANGUAGES in
 * wording.h; "NUMBER" says how it writes numbers, "LARGE" what it counts large
 * ones in: the power of ten and the sign.
 *
 *-------------------------------------------------------------------------
 */
#ifndef WORD
#define WORD(name, ...)
#endif
#ifndef TEXT
#define TEXT(...)
#endif

WORD(LANGUAGE, "en", "ru", "zh", "de")
WORD(NUMBER, "1,234.5%", "1 234,5 %", "1,234.5%", "1.234,5 %")
WORD(LARGE, "3=K 6=M 9=B 12=T", "3= тыс. 6= млн 9= млрд 12= трлн", "4=万 8=亿 12=万亿", "3= Tsd. 6= Mio. 9= Mrd. 12= Bio.")
WORD(DATE, "$1 $2 $3", "$1 $2 $3", "$3年$2$1日", "$1. $2 $3")
WORD(PARETO_TITLE, "Pareto curve of the accounts", "Кривая Парето по клиентам", "客户帕累托曲线", "Pareto-Kurve der Kunden")
WORD(PARETO_RATIO, "$1 of the accounts make $2", "$1 клиентов дают $2 суммы", "$1 的客户贡献 $2", "$1 der Kunden bringen $2")
WORD(PARETO_COUNTS, "Accounts: $1 of $2 · total: $3", "Клиенты: $1 из $2 · всего: $3", "客户：$1 / $2 · 合计：$3", "Kunden: $1 von $2 · Summe: $3")
WORD(PARETO_X, "Accounts, largest first", "Клиенты, крупные впереди", "客户（从大到小）", "Kunden, größte zuerst")
WORD(PARETO_Y, "Cumulative share", "Накопленная доля", "累计占比", "Kumulierter Anteil")
WORD(CLASS_FIGURES, "$1: accounts $2, amount $3", "$1: клиенты $2, сумма $3", "$1：客户 $2，金额 $3", "$1: Kunden $2, Betrag $3")
WORD(LARGEST, "Largest", "Крупнейшие", "最大客户", "Größte")
WORD(NO_NAME, "(no name)", "(без имени)", "（无名称）", "(ohne Namen)")
WORD(NO_DATA, "No positive amounts", "Нет положительных сумм", "没有正数金额", "Keine positiven Beträge")
WORD(MATRIX_TITLE, "ABC-XYZ matrix", "Матрица ABC-XYZ", "ABC-XYZ 矩阵", "ABC-XYZ-Matrix")
WORD(MATRIX_COUNTS, "Accounts: $1 · total: $2", "Клиенты: $1 · всего: $2", "客户：$1 · 合计：$2", "Kunden: $1 · Summe: $2")
WORD(A, "large", "крупные", "大", "groß")
WORD(B, "medium", "средние", "中", "mittel")
WORD(C, "small", "малые", "小", "klein")
WORD(X, "steady", "стабильно", "稳定", "stetig")
WORD(Y, "varying", "неровно", "波动", "schwankend")
WORD(Z, "irregular", "нерегулярно", "不规则", "unregelmäßig")
WORD(WITHOUT_CLASS, "Without class", "Без класса", "未分类", "Ohne Klasse")
WORD(MONTHS_TITLE, "Sales by month", "Продажи по месяцам", "月度销售额", "Umsatz nach Monaten")
WORD(MONTHS_TOTAL, "Total: $1 · a year before: $2", "Всего: $1 · годом ранее: $2", "合计：$1 · 去年同期：$2", "Summe: $1 · Vorjahr: $2")
WORD(YEAR_BEFORE, "a year before", "годом ранее", "去年同期", "Vorjahr")
WORD(LAST_MONTH, "$1: $2", "$1: $2", "$1：$2", "$1: $2")
WORD(RANGE, "Lowest: $1 · highest: $2", "Наименьшее: $1 · наибольшее: $2", "最低：$1 · 最高：$2", "Niedrigster: $1 · höchster: $2")
WORD(MONTH_OF_YEAR, "$1 $2", "$1 $2", "$2年$1", "$1 $2")
WORD(JAN, "Jan", "янв", "1月", "Jan")
WORD(FEB, "Feb", "фев", "2月", "Feb")
WORD(MAR, "Mar", "мар", "3月", "Mär")
WORD(APR, "Apr", "апр", "4月", "Apr")
WORD(MAY, "May", "май", "5月", "Mai")
WORD(JUN, "Jun", "июн", "6月", "Jun")
WORD(JUL, "Jul", "июл", "7月", "Jul")
WORD(AUG, "Aug", "авг", "8月", "Aug")
WORD(SEP, "Sep", "сен", "9月", "Sep")
WORD(OCT, "Oct", "окт", "10月", "Okt")
WORD(NOV, "Nov", "ноя", "11月", "Nov")
WORD(DEC, "Dec", "дек", "12月", "Dez")

/* Pages */

#undef WORD
#undef TEXT
