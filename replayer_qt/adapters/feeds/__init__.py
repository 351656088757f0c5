"""Where events come from: live venues and recordings, behind the one `Feed` port."""
