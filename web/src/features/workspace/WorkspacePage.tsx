/** A project's workspace: runs at the left, panels at the right, everything arranged in the address. */

import { useNavigate } from '@tanstack/react-router'
import { useCallback, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import { formatCount } from '../../charts/number'
import { Segmented } from '../../ui/controls'
import { useActions } from '../../ui/actions'
import { useTitle } from '../../ui/useTitle'
import { useMedia } from '../../ui/useToken'
import { hideRuns, showAll, showOnly, toggleRuns, withChanges } from './actions'
import { EmptyProject } from './EmptyProject'
import { sectionsOf } from './model'
import { PanelsView } from './PanelsView'
import { RunListView } from './RunList'
import { focusSearch } from './SearchInput'
import { useDrawnRuns, useMetricColumns, useRunQuestion, useSession, useView } from './useWorkspace'
import { useListWidth } from './useListWidth'
import '../../panels/line/line.css'
import './workspace.css'

export interface WorkspacePageProps {
  entity: string
  project: string
  /** The run in focus, when the address names one. */
  run?: string
}

export function WorkspacePage({ entity, project, run }: WorkspacePageProps) {
  useTitle(run ?? '', project)
  const session = useSession(entity, project)
  const [view, change] = useView()
  const navigate = useNavigate()
  const isPhone = useMedia('(max-width: 720px)')
  const { list } = session

  const columns = useMetricColumns(session, entity, project)
  const { refetch } = columns
  const retry = useCallback(() => void refetch(), [refetch])
  const log = view.log
  const sections = useMemo(() => sectionsOf(columns.data?.columns ?? [], log ?? []), [columns.data, log])
  const firstMetric = sections.find(section => section.channel === 'history')?.panels[0]?.y[0]?.metric
  const value = useRunQuestion(session, view, firstMetric)
  const runs = useDrawnRuns(session, view, run)

  const total = useStore(list.state, state => state.total)
  const status = useStore(list.state, state => state.status)
  const answered = useStore(list.state, state => state.answered)
  const isEmpty = status === 'ready' && total === 0 && answered?.filter === '' && answered.search === ''

  const open = useCallback(
    (id: string) =>
      void navigate({ to: '/$entity/$project/runs/$run', params: { entity, project, run: id }, search: true as never }),
    [navigate, entity, project],
  )
  useWorkspaceActions({ session, change, open, entity, project, run })

  const shell = useRef<HTMLDivElement>(null)
  const width = useListWidth(shell)
  const half = view.half ?? 'panels'
  const title = run === undefined ? `${entity}/${project}` : `${run} in ${entity}/${project}`
  if (isEmpty && run === undefined) return <EmptyProject entity={entity} project={project} />
  return (
    <div
      className={width.isFolded && !isPhone ? 'ws folded' : 'ws'}
      ref={shell}
      style={isPhone ? undefined : { gridTemplateColumns: `${width.isFolded ? 0 : width.px}px minmax(0, 1fr)` }}
    >
      <h1 className="vh">{title}</h1>
      {isPhone && (
        <div className="halves">
          <Segmented
            isWide
            label="Show"
            value={half}
            options={[
              { value: 'runs', label: `Runs ${formatCount(total)}` },
              { value: 'panels', label: 'Panels' },
            ]}
            onChange={next => change(view => withChanges(view, { half: next === 'runs' ? 'runs' : undefined }))}
          />
        </div>
      )}
      {(isPhone ? half === 'runs' : !width.isFolded) && (
        <RunListView {...{ session, view, change, value }} drawnCount={runs.length} onOpen={open} />
      )}
      {!isPhone && <Divider width={width} />}
      {(!isPhone || half === 'panels') && (
        <PanelsView
          {...{ session, view, change, runs, sections }}
          isLoading={columns.isPending || status === 'first'}
          error={columns.error}
          onRetry={retry}
          leftOut={columns.data ? columns.data.total - columns.data.columns.length : 0}
        />
      )}
    </div>
  )
}

function Divider({ width }: { width: ReturnType<typeof useListWidth> }) {
  return (
    <div
      className="divider"
      role="separator"
      tabIndex={0}
      aria-label="Width of the run list"
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={width.max}
      aria-valuenow={width.isFolded ? 0 : width.px}
      title="Drag to resize; double click to fold"
      style={{ left: width.isFolded ? 0 : width.px }}
      onPointerDown={width.onPointerDown}
      onKeyDown={width.onKeyDown}
      onDoubleClick={width.toggle}
    />
  )
}

interface ActionNeeds {
  session: ReturnType<typeof useSession>
  change: ReturnType<typeof useView>[1]
  open: (run: string) => void
  entity: string
  project: string
  run: string | undefined
}

function useWorkspaceActions({ session, change, open, entity, project, run }: ActionNeeds): void {
  const { list, hover } = session
  const navigate = useNavigate()
  const [group, panelGroup] = ['Runs', 'Panels']
  useActions(() => {
    const current = (): string | null => list.state.getState().cursor
    const chosen = (): string[] => {
      const { selected, cursor } = list.state.getState()
      return selected.size > 0 ? [...selected] : cursor === null ? [] : [cursor]
    }
    const step = (by: number) => (): void => hover.set({ run: list.move(by), x: null, axis: '', source: 'list' })
    const hasRun = (): boolean => current() !== null
    // In a picture the arrows and Enter belong to the picture.
    const isFree = (): boolean => !document.activeElement?.closest('.chart, button, a, [role=separator]')
    return [
      { name: 'runs.find', label: 'Find runs', group, icon: 'search', keys: '/', perform: () => focusSearch('/') },
      { name: 'runs.next', label: 'Next run', group, keys: ['j'], isHidden: true, perform: step(1) },
      { name: 'runs.previous', label: 'Previous run', group, keys: ['k'], isHidden: true, perform: step(-1) },
      {
        name: 'runs.hide',
        label: 'Draw or do not draw the run',
        group,
        icon: 'eye-off',
        keys: 'h',
        words: 'hide show toggle',
        when: hasRun,
        perform: () => change(view => toggleRuns(view, chosen())),
      },
      {
        name: 'runs.only',
        label: 'Draw only this run',
        group,
        icon: 'eye',
        keys: 'shift+h',
        words: 'solo isolate',
        when: hasRun,
        perform: () => change(view => showOnly(view, chosen())),
      },
      {
        name: 'runs.others',
        label: 'Draw all runs',
        group,
        icon: 'eye',
        keys: 'shift+a',
        words: 'show every',
        perform: () => change(showAll),
      },
      {
        name: 'runs.hide-this',
        label: 'Draw all but this run',
        group,
        icon: 'eye-off',
        when: hasRun,
        perform: () => change(view => hideRuns(showAll(view), chosen())),
      },
      {
        name: 'runs.select',
        label: 'Select the run',
        group,
        keys: ['space', 'x'],
        isHidden: true,
        when: () => hasRun() && isFree(),
        perform: () => {
          const run = current()
          if (run !== null) list.toggleSelected(run)
        },
      },
      {
        name: 'runs.open',
        label: 'Open the run',
        group,
        icon: 'arrow',
        keys: 'enter',
        when: () => hasRun() && isFree(),
        perform: () => {
          const run = current()
          if (run !== null) open(run)
        },
      },
      {
        name: 'panels.find',
        label: 'Find panels',
        group: panelGroup,
        icon: 'search',
        keys: 'p',
        perform: () => focusSearch('p'),
      },
      {
        name: 'panels.reset-zoom',
        label: 'Reset zoom',
        group: panelGroup,
        icon: 'fit',
        keys: '0',
        perform: () => change(view => withChanges(view, { zoom: undefined })),
      },
      {
        name: 'runs.leave',
        label: 'Back to all runs',
        group,
        icon: 'arrow',
        when: () => run !== undefined,
        perform: () => void navigate({ to: '/$entity/$project', params: { entity, project }, search: true as never }),
      },
    ]
  }, [list, hover, change, open, navigate, entity, project, run])
}
