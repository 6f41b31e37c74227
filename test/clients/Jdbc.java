// pgjdbc, as DBeaver, Metabase, Tableau and most tools in Java use it: looks at
// a mart, reads every view, asks with parameters, edits a register.
//
//	java -cp postgresql.jar Jdbc.java truth mart
//
// truth is what test/clients/truth.sql printed.  Prints a line for each check.

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

public class Jdbc {
	record Column(String name, String type, long rows, long filled, String figure) {}

	static final Map<String, List<Column>> views = new LinkedHashMap<>();
	static final Map<String, String> comments = new TreeMap<>();
	static final Map<String, String> keys = new TreeMap<>();
	static final Map<String, String> answers = new TreeMap<>();

	// What the driver may call the types; BIT is what it says for boolean.
	static final Map<String, Integer> types = Map.of("date", Types.DATE, "text", Types.VARCHAR, "smallint", Types.SMALLINT,
		"integer", Types.INTEGER, "bigint", Types.BIGINT, "double precision", Types.DOUBLE, "numeric", Types.NUMERIC,
		"boolean", Types.BIT, "timestamp with time zone", Types.TIMESTAMP);

	static void check(String name, Object got, Object want) {
		boolean ok = want.equals(got);
		System.out.println((ok ? "ok" : "not ok") + " - JDBC: " + name + (ok ? "" : ": got " + got + ", expected " + want));
	}

	static Connection connect(String user) throws SQLException {
		Properties p = new Properties();
		p.setProperty("user", user);
		p.setProperty("password", System.getenv("KAM_CLIENT_PASSWORD"));
		// Prepared on the server, and so in binary, from the first time on
		p.setProperty("prepareThreshold", "1");
		return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE"), p);
	}

	static String quoted(String name) {
		return '"' + name.replace("\"", "\"\"") + '"';
	}

	// The name of a type without precision
	static String plain(String type) {
		return type.replaceAll("\\(.*", "");
	}

	static void introspect(Connection c, String mart) throws SQLException {
		DatabaseMetaData m = c.getMetaData();
		boolean listed = false;
		try (ResultSet r = m.getSchemas()) {
			while (r.next())
				listed |= r.getString("TABLE_SCHEM").equals(mart);
		}
		check("the mart is among the schemas", listed, true);

		String like = mart.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%");
		Map<String, String> found = new TreeMap<>();
		Map<String, String> remarks = new TreeMap<>();
		try (ResultSet r = m.getTables(null, like, "%", new String[] {"VIEW"})) {
			while (r.next())
				if (views.containsKey(r.getString("TABLE_NAME"))) {
					found.put(r.getString("TABLE_NAME"), r.getString("TABLE_TYPE"));
					remarks.put(r.getString("TABLE_NAME") + ".", r.getString("REMARKS"));
				}
		}
		check("all views are found", new ArrayList<>(found.keySet()), new ArrayList<>(new TreeMap<>(views).keySet()));

		int odd = 0;
		Map<String, List<String>> columns = new TreeMap<>();
		try (ResultSet r = m.getColumns(null, like, "%", "%")) {
			while (r.next()) {
				String view = r.getString("TABLE_NAME");
				if (!views.containsKey(view))
					continue;
				columns.computeIfAbsent(view, v -> new ArrayList<>()).add(r.getString("COLUMN_NAME"));
				remarks.put(view + "." + r.getString("COLUMN_NAME"), r.getString("REMARKS"));
				Column column = views.get(view).get(r.getInt("ORDINAL_POSITION") - 1);
				Integer type = types.get(plain(column.type()));
				if (type == null || type != r.getInt("DATA_TYPE")
						|| column.type().startsWith("numeric") && !column.type().equals("numeric(" + r.getInt("COLUMN_SIZE") + "," + r.getInt("DECIMAL_DIGITS") + ")")) {
					System.out.println("# " + view + "." + column + " is " + r.getString("TYPE_NAME") + ", " + r.getInt("DATA_TYPE"));
					odd++;
				}
			}
		}
		Map<String, List<String>> expected = new TreeMap<>();
		views.forEach((view, list) -> expected.put(view, list.stream().map(Column::name).toList()));
		check("all columns are found, in order", columns, expected);
		check("columns of another type than plain SQL's", odd, 0);
		check("all comments are found", remarks, comments);
	}

	static void read(Connection c, String mart, String view, List<Column> columns) throws SQLException {
		int n = columns.size();
		long rows = 0;
		long[] filled = new long[n], whole = new long[n], second = new long[n];
		BigDecimal[] sums = new BigDecimal[n];
		double[] magnitudes = new double[n];
		Arrays.fill(sums, BigDecimal.ZERO);
		try (Statement s = c.createStatement()) {
			s.setFetchSize(5000);
			try (ResultSet r = s.executeQuery("SELECT * FROM " + quoted(mart) + "." + quoted(view))) {
				while (r.next()) {
					rows++;
					for (int i = 0; i < n; i++) {
						Object value = r.getObject(i + 1);
						if (value == null)
							continue;
						filled[i]++;
						if (value instanceof BigDecimal d)
							sums[i] = sums[i].add(d);
						else if (value instanceof Double d)
							magnitudes[i] += Math.abs(d);
						else if (value instanceof Number d)
							whole[i] += d.longValue();
						else if (value instanceof Boolean b)
							whole[i] += b ? 1 : 0;
						else if (value instanceof Timestamp t)
							whole[i] += Math.floorDiv(t.getTime(), 1000L);
						else if (value instanceof Date)
							whole[i] += r.getObject(i + 1, LocalDate.class).toEpochDay();
						else if (value instanceof String t) {
							whole[i] += t.codePointCount(0, t.length());
							second[i] += t.isEmpty() ? 0 : t.codePointAt(0);
						} else
							throw new IllegalStateException(view + "." + columns.get(i).name() + " is a " + value.getClass());
					}
				}
			}
		}
		List<String> wrong = new ArrayList<>();
		for (int i = 0; i < n; i++) {
			Column w = columns.get(i);
			String figure = switch (plain(w.type())) {
				case "text" -> whole[i] + "/" + second[i];
				case "numeric" -> sums[i].signum() == 0 ? "0" : sums[i].stripTrailingZeros().toPlainString();
				case "double precision" -> Math.abs(magnitudes[i] - Double.parseDouble(w.figure())) <= 1e-9 * magnitudes[i] ? w.figure() : "" + magnitudes[i];
				default -> "" + whole[i];
			};
			Column got = new Column(w.name(), w.type(), rows, filled[i], figure);
			if (!got.equals(w))
				wrong.add(got + " instead of " + w);
		}
		check("reads " + view, wrong, List.of());
	}

	static String join(ResultSet r) throws SQLException {
		List<String> rows = new ArrayList<>();
		while (r.next()) {
			List<String> row = new ArrayList<>();
			for (int i = 1; i <= r.getMetaData().getColumnCount(); i++)
				row.add(r.getObject(i) instanceof BigDecimal d ? d.toPlainString() : r.getString(i));
			rows.add(String.join("=", row));
		}
		return String.join("; ", rows);
	}

	static void ask(Connection c, String mart) throws SQLException {
		String in = quoted(mart) + ".";
		// The second time the plan and the binary form are those of the server.
		for (int time = 1; time <= 2; time++) {
			try (PreparedStatement s = c.prepareStatement("SELECT account_id, sales_12m FROM " + in + "account_rank"
					+ " WHERE report_month = ? AND abc_class = ? AND sales_12m >= ? ORDER BY sales_12m DESC, account_id")) {
				s.setObject(1, LocalDate.parse(answers.get("month")));
				s.setString(2, "A");
				s.setBigDecimal(3, new BigDecimal("30000.50"));
				check("filters by date, text and number, sorts, time " + time, join(s.executeQuery()), answers.get("filter"));
			}
		}
		try (PreparedStatement s = c.prepareStatement("SELECT coalesce(abc_class, '-'), sum(line_count), sum(sales_amount) AS amount FROM " + in
				+ "account_sales_month GROUP BY 1 ORDER BY amount DESC")) {
			check("groups and sums", join(s.executeQuery()), answers.get("group"));
		}
		try (PreparedStatement s = c.prepareStatement("SELECT account_id FROM " + in + "account WHERE country = ? OR account_name = ? ORDER BY account_id")) {
			s.setString(1, "France");
			s.setString(2, "semi;colon, comma \"quote\" 'apostrophe' back\\slash /slash | bar");
			check("filters by a name with quotes in it", join(s.executeQuery()), answers.get("label"));
		}
	}

	// A register in a grid, as people edit it
	static void edit(Connection c, String mart) throws SQLException {
		DatabaseMetaData m = c.getMetaData();
		Map<String, String> found = new TreeMap<>();
		for (String table : keys.keySet()) {
			List<String> columns = new ArrayList<>();
			try (ResultSet r = m.getPrimaryKeys(null, mart, table)) {
				while (r.next())
					columns.add(r.getString("COLUMN_NAME"));
			}
			found.put(table, String.join(" ", columns));
		}
		check("finds the keys of the registers", found, keys);

		// pgjdbc looks for the key by reading the name of the table itself, and
		// takes no quote within quotes.
		c.setSchema(mart);
		c.setAutoCommit(false);
		try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
			String query = "SELECT override_id, account_id, status, is_granted, reason, valid_from, valid_until FROM override WHERE valid_from >= DATE '2030-01-01'";
			ResultSet r = s.executeQuery(query);
			check("the register can be updated", r.getConcurrency(), ResultSet.CONCUR_UPDATABLE);
			r.moveToInsertRow();
			r.updateObject("account_id", answers.get("filter").startsWith("K") ? "K1" : (Object) 14646);
			r.updateString("status", "strategic");
			r.updateBoolean("is_granted", true);
			r.updateString("reason", "Новый \"договор\", 'ü' 😀");
			r.updateDate("valid_from", Date.valueOf("2030-01-01"));
			r.insertRow();
			r = s.executeQuery(query);
			check("a row is inserted", r.next() && r.getString("reason").equals("Новый \"договор\", 'ü' 😀") && r.getObject("valid_until") == null, true);
			r.updateString("reason", "другой");
			r.updateDate("valid_until", Date.valueOf("2030-12-31"));
			r.updateRow();
			r = s.executeQuery(query);
			check("a row is updated", r.next() && r.getString("reason").equals("другой") && r.getObject("valid_until", LocalDate.class).equals(LocalDate.of(2030, 12, 31)), true);
			r.deleteRow();
			r = s.executeQuery(query);
			check("a row is deleted", r.next(), false);
			try {
				s.executeUpdate("INSERT INTO override (account_id, status, is_granted, reason) VALUES ('1', 'gold', true, 'x')");
				check("a wrong status is refused", "taken", "refused");
			} catch (SQLException e) {
				check("a wrong status is refused by its name", e instanceof org.postgresql.util.PSQLException p ? p.getServerErrorMessage().getConstraint() : e, "status_is_key_or_strategic");
			}
		}
		c.rollback();
	}

	public static void main(String[] args) throws Exception {
		System.setOut(new java.io.PrintStream(System.out, true, StandardCharsets.UTF_8));
		for (String line : Files.readAllLines(Path.of(args[0]))) {
			String[] f = line.split("\t", -1);
			switch (f[0]) {
				case "column" -> views.computeIfAbsent(f[1], v -> new ArrayList<>()).add(new Column(f[2], f[3], Long.parseLong(f[4]), Long.parseLong(f[5]), f[6]));
				case "comment" -> comments.put(f[1] + "." + f[2], f[3]);
				case "key" -> keys.put(f[1], f[2]);
				default -> answers.put(f[1], f[2]);
			}
		}
		String mart = Files.readString(Path.of(args[1])).strip();
		try (Connection c = connect("reader")) {
			System.out.println("# version: pgjdbc " + c.getMetaData().getDriverVersion() + ", Java " + Runtime.version().feature());
			introspect(c, mart);
			c.setAutoCommit(false);
			for (Map.Entry<String, List<Column>> view : views.entrySet())
				read(c, mart, view.getKey(), view.getValue());
			c.commit();
			ask(c, mart);
		}
		try (Connection c = connect("editor")) {
			edit(c, mart);
		}
	}
}
