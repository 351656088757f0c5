"""Mending finishes what a sealing left behind, once, and touches nothing else."""

import shutil

from replayer_qt.adapters.journal.lock import try_lock
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.adapters.journal.sealed import read_plain
from replayer_qt.adapters.journal.sealed_format import sealed_path
from replayer_qt.adapters.journal.sealed_mending import mend_sealing
from replayer_qt.adapters.journal.sealed_packing import seal
from tests.helpers.sealed import closed_journal, facts, flip, sealed_journal


def test_a_begun_copy_is_removed_unless_somebody_is_at_it(tmp_path):
    path = closed_journal(tmp_path)
    begun = path.with_name(path.name + ".zst.part-1-2")
    begun.write_bytes(b"half")
    with begun.open("r+b") as file:
        assert try_lock(file.fileno())
        assert mend_sealing(tmp_path) == ()
        assert begun.exists()
    (finding,) = mend_sealing(tmp_path)
    assert finding.status == "repaired"
    assert not begun.exists()
    assert path.exists()
    assert mend_sealing(tmp_path) == ()


def test_of_two_forms_with_the_same_content_the_packed_one_stays(tmp_path):
    """FAULTS R18: a crash between rename and removal."""
    path = closed_journal(tmp_path)
    plain = path.read_bytes()
    kept = tmp_path / "kept"
    shutil.copyfile(path, kept)
    target = seal(path, facts).path
    shutil.copyfile(kept, path)
    (finding,) = mend_sealing(tmp_path)
    assert (finding.status, finding.path) == ("repaired", str(target))
    assert not path.exists()
    assert read_plain(target) == plain
    assert mend_sealing(tmp_path) == ()


def test_a_damaged_packed_form_never_costs_the_plain_one(tmp_path):
    path = closed_journal(tmp_path)
    kept = tmp_path / "kept"
    shutil.copyfile(path, kept)
    target = seal(path, facts).path
    shutil.copyfile(kept, path)
    flip(target, 30)
    (finding,) = mend_sealing(tmp_path)
    assert finding.status == "quarantined"
    assert path.read_bytes() == kept.read_bytes()
    assert target.exists()


def test_a_packed_recording_is_no_crashed_one(tmp_path):
    path = sealed_journal(tmp_path).path
    before = path.read_bytes()
    assert recover(tmp_path) == ()
    assert mend_sealing(tmp_path) == ()
    assert path.read_bytes() == before
    assert not sealed_path(path).exists()
