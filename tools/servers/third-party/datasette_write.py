"""Runs statements on the database that Datasette shows: it only reads."""

import json
import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1])
for statement, values in json.load(sys.stdin):
    connection.execute(statement, values)
connection.commit()
