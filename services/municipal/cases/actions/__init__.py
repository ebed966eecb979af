"""Every write to a case, split by verb; this page names them all, so that callers say `actions.open_case`."""

from municipal.cases.actions.linking import link_cases, unlink_cases
from municipal.cases.actions.referred import (
    Acquired,
    CustodyAcquired,
    CustodyRowNotOpen,
    close_for_writing,
    end_custody,
    erase_content,
    open_shell,
    receive_dossier,
    reopen_for_writing,
    start_custody,
)
from municipal.cases.actions.working import (
    CHANGEABLE,
    MOST_FOUND,
    ChangeInvalid,
    TeamUnknown,
    add_entry,
    change_case,
    find_cases,
    open_case,
    read_case,
    read_entries,
    read_entry,
)

__all__ = [
    "CHANGEABLE",
    "MOST_FOUND",
    "Acquired",
    "ChangeInvalid",
    "CustodyAcquired",
    "CustodyRowNotOpen",
    "TeamUnknown",
    "add_entry",
    "change_case",
    "close_for_writing",
    "end_custody",
    "erase_content",
    "find_cases",
    "link_cases",
    "open_case",
    "open_shell",
    "read_case",
    "read_entries",
    "read_entry",
    "receive_dossier",
    "reopen_for_writing",
    "start_custody",
    "unlink_cases",
]
