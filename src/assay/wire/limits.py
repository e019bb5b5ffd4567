"""Every limit, with its unit and its reason. `docs/reference/limits.md` is generated from these lines."""

KIB = 1024
MIB = 1024 * KIB

RUN_ID_CHARS = 128  # characters; fits a file name on every file system with room for a suffix
LABEL_CHARS = 256  # characters; a display name or tag longer than this cannot be read in a list
KEY_BYTES = 1 * KIB  # bytes; a metric or config key is held in memory once per project
FILE_PATH_BYTES = 1 * KIB  # bytes; a run file's path
FILE_COUNT = 100_000  # files of one run; a listing stays answerable in one second
NOTE_BYTES = 1 * MIB  # bytes; notes of a run or a project
TAG_COUNT = 256  # tags of one run; a chip each in the list
CONFIG_BYTES = 4 * MIB  # bytes; a run's whole config, sent with every start
VALUE_BYTES = 4 * MIB  # bytes; a single logged value; larger content is a file
ROW_KEYS = 100_000  # keys in one row; the widest model we know logs 60,000
ROW_BYTES = 32 * MIB  # bytes; one row as written to the journal
FRAME_BYTES = 64 * MIB  # bytes; one journal frame; a longer length field is damage
NESTING = 32  # levels of a nested value; deeper ones are cycles or mistakes
BATCH_BYTES = 4 * MIB  # bytes; sending one again costs about three seconds on a 10 Mbit/s uplink
BATCH_ROWS = 50_000  # rows in one batch; keeps one commit under 100 ms
BODY_BYTES = 64 * MIB  # bytes; a request body that is not a file stream, before and after decompression
COMPRESS_BYTES = 4 * KIB  # bytes; below it compression costs more than it saves
CONSOLE_LINE_BYTES = 64 * KIB  # bytes; a longer output line is cut with a mark
CONSOLE_BYTES = 1024 * MIB  # bytes; console output of one run
FILE_BYTES = 1024 * 1024 * MIB  # bytes; one run file
SERIES_PER_QUERY = 5_000  # series in one chart query; a panel of 5,000 lines
BUCKETS = 10_000  # buckets of one series; four times a 4K screen's width
PAGE_ROWS = 1_000  # rows of one page of a listing
FILTER_NODES = 1_000  # nodes of a filter tree; a cost limit
FILTER_DEPTH = 64  # nesting of a filter tree
ALERT_TEXT_BYTES = 16 * KIB  # bytes; an alert's text
GIT_PATCH_BYTES = 10 * MIB  # bytes; the uncommitted diff of a run; cut with a mark
HEARTBEAT_S = 30  # seconds between a live run's signs of life
CRASHED_AFTER_S = 300  # seconds of silence after which a running run counts as crashed
PASSWORD_CHARS_MIN = 12  # characters; shorter passwords are refused
