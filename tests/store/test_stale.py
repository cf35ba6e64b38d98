"""A folder never holds the results of two runs."""

from passerby.store.files import read_results, write_results
from passerby.tables import VIOLATIONS


def test_what_an_earlier_run_left_is_removed(tmp_path):
    write_results(tmp_path, {"violations": VIOLATIONS.empty_table()}, "csv")
    (tmp_path / "report.html").write_text("the earlier run")
    write_results(tmp_path, {"violations": VIOLATIONS.empty_table()}, "parquet")
    assert not (tmp_path / "violations.csv").exists()
    assert not (tmp_path / "report.html").exists()
    assert len(read_results(tmp_path)["violations"]) == 0
