package store

// IsConflict says whether err is a violated unique or primary key. On PostgreSQL the
// transaction is lost with it: decide by ON CONFLICT DO NOTHING and the row count inside one,
// by IsConflict outside.
func IsConflict(err error) bool {
	return err != nil && (sqlState(err) == "23505" || sqliteConflict(err))
}

// IsCheck says whether err is a violated CHECK. A write that nobody waits for can refuse by one: it
// sets a value that the column does not allow, and the transaction fails.
func IsCheck(err error) bool {
	return err != nil && (sqlState(err) == "23514" || sqliteCode(err) == sqliteCheck)
}

// isThere says whether a name exists already: two copies made it at once. PostgreSQL says it of the
// table, of its type, or of the key of either, by how far the other was.
func isThere(err error) bool {
	code := sqlState(err)
	return code == "42P07" || code == "42710" || IsConflict(err)
}

func isFull(err error) bool { return sqlState(err) == "53100" || sqliteFull(err) }

func isDown(err error) bool { return postgresDown(err) || sqliteDown(err) }

// isNoText: PostgreSQL takes no NUL, and nothing that is not UTF-8, as text.
func isNoText(err error) bool { return sqlState(err) == "22021" }
