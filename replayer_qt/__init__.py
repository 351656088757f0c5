"""Replayer: record, replay, chart, practise, test and trade fast tick markets."""
