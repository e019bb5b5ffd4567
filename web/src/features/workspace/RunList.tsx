/**
 * The run list: found, filtered, grouped, sorted, drawn or not; beside the panels or over the whole width. The parts are in `runs/`;
 * here is how they stand together and what opens over them.
 */

import { type MouseEvent, useCallback, useMemo, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useStore } from 'zustand'
import { formatBeside, formatCount, formatValue } from '../../charts/number'
import { ProjectApi } from '../../data/project'
import { RunsApi } from '../../data/runs'
import { IconButton } from '../../ui/Button'
import { copyText } from '../../ui/clipboard'
import { failureOf } from '../../ui/failure'
import { plural } from '../../ui/format'
import { Float } from '../../ui/Float'
import { Icon } from '../../ui/icons'
import { Kbd } from '../../ui/Kbd'
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '../../ui/Menu'
import { MenuAt, type Point } from '../../ui/MenuAt'
import { useMedia } from '../../ui/useToken'
import { BulkBar, RunMenu, type Task } from './runs/BulkBar'
import { aggregateOf, valueOf } from './runs/cells'
import { type Brush, Chips } from './runs/Chips'
import { queryCode } from './runs/code'
import { ColumnPicker } from './runs/ColumnPicker'
import { drawnLimit } from './runs/drawn'
import { renameRun } from './runs/edits'
import { exportRuns, FORMAT_NAMES, type ExportFormat } from './runs/exports'
import { FilterBuilder, serverUrl } from './runs/FilterBuilder'
import { GroupEditor } from './runs/GroupEditor'
import { ColourItems } from './runs/BulkBar'
import { groupKey, walkGroups } from './runs/groups'
import { NoMatch } from './runs/NoMatch'
import { RunGrid } from './runs/RunGrid'
import { type ChangeRunSet, comparedKey, layColumns, kindsOf, numberKeys, questionOf } from './runs/shown'
import { SortEditor } from './runs/SortEditor'
import { FieldTask, NotesTask, TagsTask } from './runs/Tasks'
import { TransferTask } from './runs/TransferTask'
import { Trash } from './runs/Trash'
import { useRunActions } from './runs/useRunActions'
import type { ColumnChoice, RunSet } from './runSet'
import { colourBy, groupBy, hideAll, showAll, showOnlyGroup, toggleGroup, withSet } from './runSetActions'
import { SearchInput } from './SearchInput'
import type { Session } from './session'
import { filterFault } from './store'
import type { Column } from '../../data/project'
import './runs/runs.css'

export const DRAWN_CHOICES = [10, 25, 50, 100, 250, 500, 1000] as const

export interface RunListProps {
  session: Session
  set: RunSet
  change: ChangeRunSet
  columns: readonly ColumnChoice[]
  /** What the server says the project has, for the kinds of columns. */
  known: readonly Column[]
  drawnCount: number
  brushes?: readonly Brush[]
  onDropBrush?: (id: string) => void
  onOpen: (run: string) => void
  onCompare?: (runs: readonly string[]) => void
}

type Editor =
  | { kind: 'filter'; part?: number | undefined }
  | { kind: 'group' }
  | { kind: 'sort' }
  | { kind: 'columns' }
  | null

const NO_BRUSHES: readonly Brush[] = []

export function RunListView(props: RunListProps) {
  const { session, set, change, known, drawnCount, brushes = NO_BRUSHES, onDropBrush, onOpen, onCompare } = props
  const { list } = session
  const error = useStore(list.state, state => state.error)
  const keys = useStore(list.state, state => state.selection.keys)
  const total = useStore(list.state, state => state.total)
  const selected = useMemo(() => [...keys], [keys])
  const isPhone = useMedia('(max-width: 720px)')
  const isWide = set.is_table === true && !isPhone
  const kinds = useMemo(() => kindsOf(known), [known])
  const numbers = useStore(list.state, state => numberKeys(props.columns, state.runs).join('\n'))
  const columns = useMemo(
    () => layColumns(props.columns, kinds, isWide, numbers.split('\n')),
    [props.columns, kinds, isWide, numbers],
  )
  const foreignBase = useForeignBase(set, props.columns)
  const fault = filterFault(error)

  const [editor, setEditor] = useState<Editor>(null)
  const [task, setTask] = useState<Task | null>(null)
  const [menu, setMenu] = useState<{ point: Point; ids: readonly string[] } | null>(null)
  const [groupMenu, setGroupMenu] = useState<{ point: Point; group: string } | null>(null)
  const [naming, setNaming] = useState<string | null>(null)
  const [isTrash, setTrash] = useState(false)
  const head = useRef<HTMLDivElement>(null)
  const chips = useRef<HTMLDivElement>(null)

  const doTask = useCallback((next: Task | null) => setTask(next), [])
  useRunActions({
    session,
    set,
    change,
    columns,
    onOpen,
    onEditor: kind => setEditor({ kind }),
    onTask: doTask,
    onTrash: () => setTrash(true),
  })

  const openMenu = useCallback(
    (run: string, event: MouseEvent) => {
      event.preventDefault()
      const { selection } = list.state.getState()
      const ids = selection.keys.has(run) ? [...selection.keys] : [run]
      if (!selection.keys.has(run)) list.setCursor(run)
      setMenu({ point: { x: event.clientX, y: event.clientY }, ids })
    },
    [list],
  )
  const openGroupMenu = useCallback((group: string, event: MouseEvent) => {
    event.preventDefault()
    setGroupMenu({ point: { x: event.clientX, y: event.clientY }, group })
  }, [])
  const rename = useCallback(
    (id: string, name: string | null) => {
      setTask(null)
      const run = list.find(id)
      if (name !== null && run && name.trim() !== '' && name.trim() !== run.name)
        void renameRun(session, id, name.trim())
    },
    [session, list],
  )
  const calls = useMemo(
    () => ({ open: onOpen, menu: openMenu, groupMenu: openGroupMenu, rename }),
    [onOpen, openMenu, openGroupMenu, rename],
  )
  const closeTask = (): void => setTask(null)
  return (
    <section className={isWide ? 'runs wide' : 'runs'} aria-label="Runs">
      <div className="find" ref={head}>
        <SearchInput
          className="grow"
          label="Find runs"
          placeholder={set.is_regex ? 'Find runs by regular expression' : 'Find runs by name, tag, note, config'}
          keys="/"
          value={set.search ?? ''}
          onChange={search => change(set => withSet(set, { search: search || undefined }), { replace: true })}
        />
        <IconButton
          kind="plain"
          icon="columns"
          label="Columns"
          keys="shift+c"
          onClick={() => setEditor({ kind: 'columns' })}
        />
        <ListMenu
          session={session}
          set={set}
          change={change}
          onEditor={kind => setEditor({ kind })}
          onTrash={() => setTrash(true)}
          onExport={format => void exportRuns(session, set, columns, format)}
        />
      </div>
      <div ref={chips}>
        <Chips
          set={set}
          change={change}
          brushes={brushes}
          onDropBrush={id => onDropBrush?.(id)}
          onFilter={part => setEditor({ kind: 'filter', part })}
          onGroup={() => setEditor({ kind: 'group' })}
          onSort={() => setEditor({ kind: 'sort' })}
        />
      </div>
      {error !== null && fault === null && (
        <p className="list-fault" role="alert">
          <Icon name="error" size={13} /> {failureOf(error, 'The list could not be read').detail}
        </p>
      )}
      {selected.length > 0 && (
        <BulkBar
          {...{ session, set, change, columns, total, onOpen, onCompare }}
          ids={selected}
          onTask={setTask}
          onSelectAll={() => void list.selectAll()}
        />
      )}
      <RunGrid
        session={session}
        set={set}
        change={change}
        columns={columns}
        foreignBase={foreignBase}
        isWide={isWide}
        renaming={task?.kind === 'rename' ? (task.ids[0] ?? null) : null}
        naming={naming}
        onNamed={() => setNaming(null)}
        calls={calls}
        empty={<NoMatch session={session} set={set} change={change} />}
      />
      <Foot {...{ session, set, change, drawnCount, isWide }} columns={columns} selected={selected} />

      <Float
        isOpen={editor?.kind === 'filter'}
        onClose={() => setEditor(null)}
        anchor={chips}
        title="Filter"
        className="fb-pop"
      >
        <FilterBuilder
          session={session}
          set={set}
          change={change}
          serverFault={fault}
          part={editor?.kind === 'filter' ? editor.part : undefined}
          onClose={() => setEditor(null)}
        />
      </Float>
      <Float
        isOpen={editor?.kind === 'group'}
        onClose={() => setEditor(null)}
        anchor={chips}
        title="Group"
        className="order"
      >
        <GroupEditor session={session} set={set} change={change} />
      </Float>
      <Float
        isOpen={editor?.kind === 'sort'}
        onClose={() => setEditor(null)}
        anchor={chips}
        title="Sort"
        className="order"
      >
        <SortEditor session={session} set={set} change={change} />
      </Float>
      <Float
        isOpen={editor?.kind === 'columns'}
        onClose={() => setEditor(null)}
        anchor={head}
        title="Columns"
        className="cp-pop"
      >
        <ColumnPicker session={session} set={set} change={change} columns={columns} />
      </Float>
      <Float
        isOpen={task !== null && task.kind !== 'notes' && task.kind !== 'rename'}
        onClose={closeTask}
        anchor={head}
        title="Change runs"
        className="task-pop"
      >
        {task?.kind === 'tags' && <TagsTask session={session} ids={task.ids} onDone={closeTask} />}
        {(task?.kind === 'group' || task?.kind === 'job_type') && (
          <FieldTask session={session} ids={task.ids} field={task.kind} onDone={closeTask} />
        )}
        {(task?.kind === 'move' || task?.kind === 'copy') && (
          <TransferTask session={session} ids={task.ids} kind={task.kind} onDone={closeTask} />
        )}
      </Float>
      {task?.kind === 'notes' && task.ids[0] !== undefined && (
        <NotesTask session={session} id={task.ids[0]} onDone={closeTask} onReopen={() => setTask(task)} />
      )}
      <RunMenu
        {...{ session, set, change, columns, onOpen, onCompare }}
        point={menu?.point ?? null}
        ids={menu?.ids ?? []}
        onTask={setTask}
        onClose={() => setMenu(null)}
      />
      <GroupMenu
        {...{ session, set, change }}
        group={groupMenu?.group ?? ''}
        point={groupMenu?.point ?? null}
        onName={setNaming}
        onClose={() => setGroupMenu(null)}
      />
      {isTrash && <Trash session={session} onClose={() => setTrash(false)} />}
    </section>
  )
}

/** The baseline when it is a run of another project: `entity/project/run`. */
function useForeignBase(set: RunSet, columns: readonly ColumnChoice[]) {
  const path = set.baseline?.includes('/') ? set.baseline.split('/') : null
  const [entity = '', project = '', id = ''] = path ?? []
  const question = questionOf(set, columns)
  const { data } = useQuery({
    queryKey: ['foreign-base', set.baseline, question.columns],
    queryFn: async ({ signal }) => {
      const page = await new RunsApi(entity, project).query({ ids: [id], columns: question.columns, limit: 1 }, signal)
      return page.runs[0] ?? (await new ProjectApi(entity, project).run(id, signal))
    },
    enabled: path?.length === 3,
    retry: false,
  })
  return path?.length === 3 ? (data ?? null) : null
}

function ListMenu({
  session,
  set,
  change,
  onEditor,
  onTrash,
  onExport,
}: {
  session: Session
  set: RunSet
  change: ChangeRunSet
  onEditor: (kind: 'filter' | 'group' | 'sort' | 'columns') => void
  onTrash: () => void
  onExport: (format: ExportFormat) => void
}) {
  return (
    <Menu align="end" label="Runs" trigger={<IconButton kind="plain" icon="more" label="More about the runs" />}>
      <MenuItem icon="filter" keys="f" onSelect={() => onEditor('filter')}>
        Filter
      </MenuItem>
      <MenuItem icon="group" keys="shift+g" onSelect={() => onEditor('group')}>
        Group
      </MenuItem>
      <MenuItem icon="sort" keys="shift+o" onSelect={() => onEditor('sort')}>
        Sort
      </MenuItem>
      <MenuItem icon="columns" keys="shift+c" onSelect={() => onEditor('columns')}>
        Columns
      </MenuItem>
      <MenuItem icon="table" keys="shift+t" onSelect={() => change(set => withSet(set, { is_table: !set.is_table }))}>
        {set.is_table ? 'List beside the panels' : 'Table over the whole width'}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon="eye" keys="shift+a" onSelect={() => change(showAll)}>
        Draw all runs
      </MenuItem>
      <MenuItem icon="eye-off" onSelect={() => change(hideAll)}>
        Draw no run
      </MenuItem>
      {(set.group?.length ?? 0) > 0 && (
        <>
          <MenuItem icon="chev-r" onSelect={() => session.list.foldAll(true)}>
            Fold all groups
          </MenuItem>
          <MenuItem icon="chev-d" onSelect={() => session.list.foldAll(false)}>
            Open all groups
          </MenuItem>
        </>
      )}
      <MenuSeparator />
      <MenuLabel>Colour</MenuLabel>
      <MenuChoice
        value={set.colours?.by ?? 'run'}
        options={[
          { value: 'run', label: 'A colour per run' },
          { value: 'group', label: 'A colour per group' },
          { value: 'value', label: set.colours?.key ? `By ${set.colours.key}` : 'By a value: right click on a column' },
        ]}
        onChange={by => {
          if (by !== 'value' || set.colours?.key) change(set => colourBy(set, by, set.colours?.key))
        }}
      />
      <MenuSeparator />
      <MenuLabel>Rows</MenuLabel>
      <MenuChoice
        value={set.density ?? 'normal'}
        options={[
          { value: 'tight', label: 'Tight' },
          { value: 'normal', label: 'Normal' },
          { value: 'easy', label: 'Easy' },
        ]}
        onChange={density => change(set => withSet(set, { density: density === 'normal' ? undefined : density }))}
      />
      <MenuSeparator />
      {(Object.keys(FORMAT_NAMES) as ExportFormat[]).map(format => (
        <MenuItem key={format} icon="download" onSelect={() => onExport(format)}>
          Export all to {FORMAT_NAMES[format]}
        </MenuItem>
      ))}
      <MenuItem
        icon="copy"
        onSelect={() =>
          void copyText(
            queryCode(set, { server: serverUrl(), entity: session.entity, project: session.project }),
            'the query',
          )
        }
      >
        Copy as code
      </MenuItem>
      <MenuItem icon="trash" onSelect={onTrash}>
        Trash
      </MenuItem>
    </Menu>
  )
}

function GroupMenu({
  session,
  set,
  change,
  group,
  point,
  onName,
  onClose,
}: {
  session: Session
  set: RunSet
  change: ChangeRunSet
  group: string
  point: Point | null
  onName: (group: string) => void
  onClose: () => void
}) {
  const { list } = session
  const all = list.state.getState().groups
  const own = [...walkGroups(all)].find(other => groupKey(other.path) === group)
  return (
    <MenuAt point={point} label="Group" onClose={onClose} className="run-menu">
      <ColourItems set={set} change={change} ids={[group]} />
      <MenuSeparator />
      <MenuItem icon="edit" onSelect={() => onName(group)}>
        Name the group
      </MenuItem>
      <MenuItem icon="eye-off" onSelect={() => change(set => toggleGroup(set, group))}>
        Hide or show its runs
      </MenuItem>
      <MenuItem
        icon="eye"
        onSelect={() =>
          change(set =>
            showOnlyGroup(
              set,
              group,
              all.map(other => groupKey(other.path)),
            ),
          )
        }
      >
        Show only this group
      </MenuItem>
      <MenuItem
        icon="filter"
        onSelect={() =>
          change(set =>
            groupBy(
              withSet(set, {
                filter: [set.filter ? `(${set.filter})` : '', own?.condition ?? ''].filter(Boolean).join(' and '),
              }),
              [],
            ),
          )
        }
      >
        Filter to its runs
      </MenuItem>
    </MenuAt>
  )
}

function Foot({
  session,
  set,
  change,
  drawnCount,
  columns,
  selected,
  isWide,
}: Pick<RunListProps, 'session' | 'set' | 'change' | 'drawnCount'> & {
  columns: ReturnType<typeof layColumns>
  selected: readonly string[]
  isWide: boolean
}) {
  const { list } = session
  const total = useStore(list.state, state => state.total)
  const runningCount = useStore(list.state, state => state.runningCount)
  const groupTotal = useStore(list.state, state => state.groupTotal)
  const isCut = useStore(list.state, state => state.isCut)
  const groupCount = useStore(list.state, state => state.groups.length)
  const isKept = useStore(list.state, state => state.error !== null && state.status === 'ready')
  const status = useStore(list.state, state => state.status)
  // How many there are is not known before a list is here: none was said to be found.
  const isKnown = useStore(list.state, state => state.answered !== null)
  const isPart = drawnCount < total
  const compared = comparedKey(columns)
  const shown = isWide
    ? columns.filter(column => column.isNumber).slice(0, 4)
    : columns.filter(({ key }) => key === compared)
  return (
    <div className="foot">
      <span className="b" aria-live="polite">
        {isKnown ? plural(total, 'run') : status === 'failed' ? 'Runs not read' : 'Runs'}
      </span>
      <Menu
        label="How many runs are drawn"
        trigger={
          <button type="button" className="drawn" title="Choose how many runs are drawn">
            {isPart ? `${formatCount(drawnCount)} of ${formatCount(total)} drawn` : `${formatCount(drawnCount)} drawn`}
            <Icon name="chev-d" size={11} />
          </button>
        }
      >
        <MenuLabel>Draw the first of the list that are not hidden</MenuLabel>
        <MenuChoice
          value={String(drawnLimit(set))}
          options={DRAWN_CHOICES.map(count => ({ value: String(count), label: `First ${formatCount(count)}` }))}
          onChange={count => change(set => withSet(set, { drawn: Number(count) === 100 ? undefined : Number(count) }))}
        />
      </Menu>
      {runningCount > 0 && <span>{formatCount(runningCount)} running</span>}
      {(set.group?.length ?? 0) > 0 && (
        <span title={isCut ? 'Deeper groups are read when their group is opened' : undefined}>
          {groupCount < groupTotal
            ? `${formatCount(groupCount)} of ${plural(groupTotal, 'group')}`
            : plural(groupTotal, 'group')}
        </span>
      )}
      {selected.length > 0 && (
        <span className="agg">
          {isWide && <b className="b">{formatCount(selected.length)} selected</b>}
          {shown.map(({ key, label }) => {
            const found = selected.map(id => list.find(id)).filter(run => run !== undefined)
            const sum = aggregateOf(found.map(run => valueOf(run, key)))
            if (!sum || key === 'created_at') return null
            return (
              <span key={key} className="agg-one" title={`${label}: min ${sum.min}, max ${sum.max}, of ${sum.count}`}>
                <span className="cut">{label}</span>
                <span>
                  {formatValue(sum.mean)}
                  {sum.count > 1 && ` ± ${formatBeside(sum.std, sum.mean)}`}
                </span>
              </span>
            )
          })}
        </span>
      )}
      {isKept && (
        <span className="warn" title="The last question could not be answered: these are the runs before it.">
          not refreshed
        </span>
      )}
      {selected.length === 0 && !set.group && (
        <span className="right hints desk-only">
          <Kbd keys="j" /> <Kbd keys="k" /> move <Kbd keys="h" /> hide
        </span>
      )}
    </div>
  )
}
