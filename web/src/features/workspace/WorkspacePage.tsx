/** A project's workspace: runs at the left, panels at the right, everything arranged in the address. */

import { useNavigate, useRouter } from '@tanstack/react-router'
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { formatCount } from '../../charts/number'
import { andTexts } from '../../data/filters'
import type { Column } from '../../data/project'
import { useDefined } from '../../panels/axes'
import { useProjectDefinitions } from '../../panels/columns'
import { type Panel, titleOf } from '../../panels/registry'
import { Segmented } from '../../ui/controls'
import { useActions } from '../../ui/actions'
import { failureOf } from '../../ui/failure'
import { FailureMessage } from '../../ui/states'
import { useTitle } from '../../ui/useTitle'
import { useMedia } from '../../ui/useToken'
import { setBrush, withChanges } from './actions'
import { shortOf } from './address'
import { Desk, DeskContext } from './desk'
import { EmptyProject } from './EmptyProject'
import { compareRuns } from './edits'
import { PanelsView } from './PanelsView'
import { RunListView } from './RunList'
import type { RunSetQuery } from './runSet'
import { withSet } from './runSetActions'
import { buildSections, metricPanels, shownOf } from './sections'
import { useListWidth } from './useListWidth'
import { usePage, usePageState } from './usePage'
import { usePanelActions } from './usePanelActions'
import { type ChangeView, useDrawnRuns, useMetricColumns, useRunQuestion, useRunSet, useSession } from './useWorkspace'
import { FORMAT, type ViewSpec } from './view'
import { ProjectNotes } from './ProjectNotes'
import { ViewMenu } from './ViewMenu'
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
  const page = usePage(entity, project)
  const navigate = useNavigate()
  const router = useRouter()
  const isPhone = useMedia('(max-width: 720px)')
  const { list } = session

  const open = useCallback(
    (id: string, options?: { isNewTab?: boolean }) => {
      const to = { to: '/$entity/$project/runs/$run', params: { entity, project, run: id } } as const
      if (options?.isNewTab) window.open(router.buildLocation(to).href, '_blank', 'noopener')
      else void navigate({ ...to, search: true as never })
    },
    [navigate, router, entity, project],
  )
  const [desk] = useState(() => new Desk(page.store, open))

  const columns = useMetricColumns(session, entity, project)
  const { refetch } = columns
  const retry = useCallback(() => void refetch(), [refetch])
  const all = columns.data?.columns ?? NO_COLUMNS
  // What is hidden is so for all of the project, whatever is drawn now.
  const { data: told, isPending: isAsking } = useProjectDefinitions(session.api)
  const metrics = useMemo(() => metricPanels(shownOf(all, told)), [all, told])
  const spec = usePageState(page, state => state.spec)
  const look = usePageState(page, state => state.look)
  const view = useMemo(() => shortOf({ spec, look }), [spec, look])
  const { mode, automatic, sections } = spec
  const built = useMemo(
    () => buildSections(arrangementOf(mode, automatic, sections), metrics),
    [mode, automatic, sections, metrics],
  )
  useLayoutEffect(() => {
    desk.setBuilt(built)
  }, [desk, built])
  const { store } = page
  const change = useCallback<ChangeView>((edit, options) => store.change(edit, options), [store])

  const [set, changeSet] = useRunSet(page)
  const compare = useCallback(
    (ids: readonly string[]) => {
      let panel = ''
      desk.edit('compare runs', spec => {
        const [next, id] = compareRuns(spec, desk.built, ids)
        panel = id
        return next
      })
      // Panels have no room beside a table over the whole width.
      changeSet(set => withSet(set, { is_table: undefined }), { replace: true })
      change(view => withChanges(view, { panel, half: undefined }), { replace: true })
    },
    [desk, change, changeSet],
  )

  const firstMetric = metrics.find(metric => metric.channel === 'history')?.key
  const { brush } = look
  const brushes = useMemo(
    () =>
      Object.entries(brush ?? {}).map(([id, condition]) => ({
        id,
        title: built.byId.get(id) ? titleOf(built.byId.get(id) as Panel) : id,
        condition,
      })),
    [brush, built],
  )
  const picked = andTexts(...brushes.map(({ condition }) => condition))
  const listColumns = useRunQuestion(session, set, picked, firstMetric, page.isReady)
  const runs = useDrawnRuns(session, set, run)

  const total = useStore(list.state, state => state.total)
  const status = useStore(list.state, state => state.status)
  const defined = useDefined(session.api, runs, status !== 'first')
  const answered = useStore(list.state, state => state.answered)
  const isEmpty = status === 'ready' && total === 0 && answered !== null && isWholeQuery(answered.query)

  useLeaveAction(entity, project, run)
  usePanelActions(desk)

  const shell = useRef<HTMLDivElement>(null)
  const width = useListWidth(shell)
  const half = view.half ?? 'panels'
  const isTable = set.is_table === true && !isPhone
  const title = run === undefined ? `${entity}/${project}` : `${run} in ${entity}/${project}`
  if (page.error !== null && page.error !== undefined) {
    return (
      <FailureMessage isPage failure={failureOf(page.error, 'The view could not be read')} onRetry={page.onRetry} />
    )
  }
  if (isEmpty && run === undefined) return <EmptyProject entity={entity} project={project} />
  return (
    <DeskContext value={desk}>
      <div
        className={width.isFolded && !isPhone ? 'ws folded' : 'ws'}
        ref={shell}
        style={
          isPhone
            ? undefined
            : { gridTemplateColumns: isTable ? 'minmax(0, 1fr)' : `${width.isFolded ? 0 : width.px}px minmax(0, 1fr)` }
        }
      >
        <h1 className="vh">{title}</h1>
        <ProjectNotes session={session} />
        <ViewMenu page={page} />
        {isPhone && (
          <div className="halves">
            <Segmented
              isWide
              label="Show"
              value={half}
              options={[
                { value: 'runs', label: answered === null ? 'Runs' : `Runs ${formatCount(total)}` },
                { value: 'panels', label: 'Panels' },
              ]}
              onChange={next => change(view => withChanges(view, { half: next === 'runs' ? 'runs' : undefined }))}
            />
          </div>
        )}
        {(isPhone ? half === 'runs' : isTable || !width.isFolded) && (
          <RunListView
            session={session}
            set={set}
            change={changeSet}
            columns={listColumns}
            known={all}
            drawnCount={runs.length}
            brushes={brushes}
            onDropBrush={id => change(view => setBrush(view, id, null))}
            onOpen={open}
            onCompare={compare}
          />
        )}
        {!isPhone && !isTable && <Divider width={width} />}
        {(isPhone ? half === 'panels' : !isTable) && (
          <PanelsView
            {...{ session, runs, built, isPhone, defined }}
            columns={all}
            isLoading={columns.isPending || isAsking || defined === undefined || status === 'first' || !page.isReady}
            error={columns.error}
            onRetry={retry}
            leftOut={columns.data ? columns.data.total - columns.data.columns.length : 0}
          />
        )}
      </div>
    </DeskContext>
  )
}

const NO_COLUMNS: readonly Column[] = []

/** Whether the question asks for every run. */
const isWholeQuery = ({ filter, search, only_mine }: RunSetQuery): boolean =>
  filter === '' && search === '' && !only_mine

/** What the sections are made of, without the rest of the document: a change of that must not build them again. */
function arrangementOf(
  mode: ViewSpec['mode'],
  automatic: ViewSpec['automatic'],
  sections: ViewSpec['sections'],
): ViewSpec {
  return { format: FORMAT, ...(mode && { mode }), ...(automatic && { automatic }), ...(sections && { sections }) }
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

function useLeaveAction(entity: string, project: string, run: string | undefined): void {
  const navigate = useNavigate()
  useActions(
    () => [
      {
        name: 'runs.leave',
        label: 'Back to all runs',
        group: 'Runs',
        icon: 'arrow',
        when: () => run !== undefined,
        perform: () => void navigate({ to: '/$entity/$project', params: { entity, project }, search: true as never }),
      },
    ],
    [navigate, entity, project, run],
  )
}
