"""The indexes by which any two neighbouring characters find their case.

SQLite's copy of the words is kept by triggers on `cases_casewords`. Django rebuilds a SQLite table
to change it, and that loses its triggers: a migration that alters `CaseWords` runs `make` again.
"""

from django.db import migrations

POSTGRES = [
    "CREATE INDEX IF NOT EXISTS case_words_grams ON cases_casewords"
    " USING gin (to_tsvector('simple', grams))",
]
SQLITE = [
    "DROP TABLE IF EXISTS cases_casewords_fts",
    "CREATE VIRTUAL TABLE cases_casewords_fts USING fts5"
    "(grams, content='cases_casewords', content_rowid='case_id', detail='none', tokenize='ascii')",
    "CREATE TRIGGER IF NOT EXISTS case_words_come AFTER INSERT ON cases_casewords BEGIN"
    " INSERT INTO cases_casewords_fts(rowid, grams) VALUES (new.case_id, new.grams); END",
    "CREATE TRIGGER IF NOT EXISTS case_words_go AFTER DELETE ON cases_casewords BEGIN"
    " INSERT INTO cases_casewords_fts(cases_casewords_fts, rowid, grams)"
    " VALUES ('delete', old.case_id, old.grams); END",
    "CREATE TRIGGER IF NOT EXISTS case_words_change AFTER UPDATE ON cases_casewords BEGIN"
    " INSERT INTO cases_casewords_fts(cases_casewords_fts, rowid, grams)"
    " VALUES ('delete', old.case_id, old.grams);"
    " INSERT INTO cases_casewords_fts(rowid, grams) VALUES (new.case_id, new.grams); END",
    "INSERT INTO cases_casewords_fts(cases_casewords_fts) VALUES ('rebuild')",
]
POSTGRES_BACK = ["DROP INDEX IF EXISTS case_words_grams"]
SQLITE_BACK = [
    "DROP TRIGGER IF EXISTS case_words_come",
    "DROP TRIGGER IF EXISTS case_words_go",
    "DROP TRIGGER IF EXISTS case_words_change",
    "DROP TABLE IF EXISTS cases_casewords_fts",
]


def make(apps, schema_editor):
    run(schema_editor, {"postgresql": POSTGRES, "sqlite": SQLITE})


def take_away(apps, schema_editor):
    run(schema_editor, {"postgresql": POSTGRES_BACK, "sqlite": SQLITE_BACK})


def run(schema_editor, statements):
    for statement in statements.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunPython(make, take_away)]
