"""Mending finishes what a sealing left behind, once, and touches nothing else."""

import hashlib
import shutil

from replayer_qt.adapters.journal.lock import try_lock
from replayer_qt.adapters.journal.reader import read_journal
from replayer_qt.adapters.journal.recovery import recover
from replayer_qt.adapters.journal.sealed import check_packed, read_info, read_plain
from replayer_qt.adapters.journal.sealed_format import sealed_path
from replayer_qt.adapters.journal.sealed_mending import mend_packed, mend_sealing
from replayer_qt.adapters.journal.sealed_packing import seal
from tests.helpers.sealed import PACKED, closed_journal, facts, flip, packed, ruin, sealed_journal


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


def test_a_damaged_packed_file_is_written_anew(tmp_path):
    """FAULTS R18, S3-P6: what its parity tells is made whole; then nothing is wrong."""
    path = sealed_journal(tmp_path, 400).path
    whole = path.read_bytes()
    plain = read_plain(path)
    flip(path, 300)
    finding = mend_packed(path, facts)
    assert finding.status == "repaired"
    assert path.read_bytes() == whole
    assert read_plain(path) == plain
    assert mend_packed(path, facts) is None


def test_damaged_parity_is_noticed_and_made_again(tmp_path):
    """S3-P6: a file that could not mend itself any more is told of while it is still whole."""
    path = sealed_journal(tmp_path, 400).path
    whole = path.read_bytes()
    flip(path, read_info(path).parity + 300)
    assert read_journal(path).damage == ()
    assert [place.what for place in check_packed(path)] == [
        "its parity or its seek table is damaged: it might not mend itself"
    ]
    assert mend_packed(path, facts).status == "repaired"
    assert path.read_bytes() == whole


def test_a_lost_index_is_made_again_where_the_content_proves_itself(tmp_path):
    """FAULTS R18: by the journal's own footer, or by the digest in an imported file's name."""
    path = sealed_journal(tmp_path, 400).path
    whole = path.read_bytes()
    frames = read_info(path).packed_size
    path.write_bytes(whole[:frames])
    assert mend_packed(path, facts).status == "repaired"
    assert path.read_bytes() == whole
    data = b"foreign\n" * 200
    digest = hashlib.sha256(data).hexdigest()
    imported = tmp_path / f"{digest[:16]}_x.csv.zst"
    packed(imported, data)
    good = imported.read_bytes()
    flip(imported, len(good) - 60)
    finding = mend_packed(imported, lambda path: PACKED)
    assert finding is None or finding.status == "repaired"
    assert read_plain(imported) == data


def test_what_is_beyond_mending_is_left_alone(tmp_path):
    path = sealed_journal(tmp_path, 400).path
    ruin(path, 100, 9_000)
    data = path.read_bytes()
    finding = mend_packed(path, facts)
    assert finding.status == "quarantined"
    assert "left alone" in finding.what
    assert path.read_bytes() == data


def test_a_packed_recording_is_no_crashed_one(tmp_path):
    path = sealed_journal(tmp_path).path
    before = path.read_bytes()
    assert recover(tmp_path) == ()
    assert mend_sealing(tmp_path) == ()
    assert path.read_bytes() == before
    assert not sealed_path(path).exists()
