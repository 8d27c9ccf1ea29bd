"""Errors of rows that were given together."""

from yanzhen.core.errors import SHOWN_AT_ONCE, Refused, RowError, RowErrors


def test_errors_are_told_in_the_order_of_rows_and_columns() -> None:
    refusal = RowErrors([RowError(7, "name", "乙"), RowError(3, "code", "甲"), RowError(3, "area", "丙")])  # fmt: skip

    assert [(error.row, error.column) for error in refusal.errors] == [
        (3, "area"),
        (3, "code"),
        (7, "name"),
    ]
    assert isinstance(refusal, Refused)
    assert str(refusal) == (
        "共有 3 处错误，一行也没有导入。第 3 行 area 丙；第 3 行 code 甲；第 7 行 name 乙"
    )


def test_a_sentence_names_the_first_few_and_the_list_holds_all() -> None:
    refusal = RowErrors(RowError(row, "name", "空 100%") for row in range(2, 12))

    assert len(refusal.errors) == 10
    assert str(refusal).count("第 ") == SHOWN_AT_ONCE
    assert "共有 10 处错误" in str(refusal)
    assert "空 100%" in str(refusal)


def test_an_error_of_the_file_as_a_whole_names_no_row() -> None:
    assert str(RowError(0, "", "文件是空的")) == "文件是空的"
