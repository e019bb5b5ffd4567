/** The panels of the project: a bar for what holds for all of them, figures, then sections. Panels off screen are not mounted. */

import { lazy, memo, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { DefinedMetrics } from '../../data/definitions'
import type { Column } from '../../data/project'
import { axesOf } from '../../panels/axes'
import {
  BrushContext,
  MediaStepContext,
  PlaceContext,
  RegionContext,
  PanelContext,
  RunSetContext,
  type DrawnRun,
  type PanelServices,
  type RunSetQuestion,
} from '../../panels/context'
import type { Panel } from '../../panels/registry'
import type { Settings } from '../../panels/schema'
import { resolveSettings } from '../../panels/settings'
import { Button } from '../../ui/Button'
import { failureOf } from '../../ui/failure'
import { formatCount } from '../../ui/format'
import { Banner, Bone, FailureMessage, Message, useSkeleton } from '../../ui/states'
import { addSection } from './edits'
import { useDesk } from './desk'
import { FullPanel, LostPanel } from './FullPanel'
import { KpiStrip } from './KpiStrip'
import { parseSort, parseZoom } from './model'
import { NoMetrics } from './NoMetrics'
import { PanelBar } from './PanelBar'
import { PanelMenu } from './PanelMenu'
import { panelSettings, sectionSettings } from './panelSettings'
import { type Built, foundSection, panelSearch, panelsInOrder } from './sections'
import { keepSection, SectionView } from './SectionView'
import { SelectionBar } from './SelectionBar'
import type { Session } from './session'
import { useRegion } from './useRegion'
import { usePageState } from './usePage'
import { isNewer, modeOf, type RunSet } from './view'
import { useFollow } from '../../ui/useFollow'

const AddPanel = lazy(() => import('./AddPanel'))
const Drawers = lazy(() => import('./Drawers'))

export interface PanelsProps {
  session: Session
  runs: readonly DrawnRun[]
  built: Built
  columns: readonly Column[]
  isLoading: boolean
  error: unknown
  onRetry: () => void
  /** Metrics that exist beyond those listed. */
  leftOut: number
  isPhone: boolean
  /** What the drawn runs define; undefined until it is known. */
  defined: DefinedMetrics | undefined
  /** The run whose charts these are; absent: the workspace. */
  run?: string
}

const NO_SETTINGS: Settings = {}
const NO_RUNS: RunSet = {}

/** Not rendered with its page: that follows the run list, which is refreshed every few seconds while runs log. */
export const PanelsView = memo(function PanelsView({
  session,
  runs,
  built,
  columns,
  isLoading,
  error,
  onRetry,
  leftOut,
  isPhone,
  defined,
  run = '',
}: PanelsProps) {
  const desk = useDesk()
  const [scroller, setScroller] = useState<Element | null>(null)
  const [content, setContent] = useState<Element | null>(null)
  const widthPx = useWidth(content)
  const own = usePageState(desk, state => state.spec.settings) ?? NO_SETTINGS
  const kpis = usePageState(desk, state => state.spec.kpis)
  const runSpec = usePageState(desk, state => state.spec.runs) ?? NO_RUNS
  const zoomText = usePageState(desk, state => state.look.zoom)
  const words = usePageState(desk, state => state.look.panels)
  const isRegex = usePageState(desk, state => state.look.re ?? false)
  const fullId = usePageState(desk, state => state.look.panel)
  const region = usePageState(desk, state => state.look.region ?? null)
  const step = usePageState(desk, state => state.look.step ?? null)
  const brushes = usePageState(desk, state => state.look.brush) ?? NO_BRUSHES
  const mode = usePageState(desk, state => modeOf(state.spec))
  const format = usePageState(desk, state => (isNewer(state.spec) ? state.spec.format : 0))
  const drawer = useStore(desk.ui, state => state.drawer)
  const adding = useStore(desk.ui, state => state.adding)

  const runSet = useMemo(() => questionOf(runSpec), [runSpec])
  const follow = useFollow()
  const services = useMemo<PanelServices>(
    () => ({
      follow,
      store: session.store,
      loader: session.loader,
      hover: session.hover,
      read: session.api.readSeries,
      scroller,
      api: session.api,
      entity: session.entity,
      project: session.project,
    }),
    [session, scroller, follow],
  )
  const zoom = useMemo(() => parseZoom(zoomText), [zoomText])
  const axes = useMemo(() => axesOf(defined), [defined])
  const settings = useMemo(() => resolveSettings([own], zoom, axes), [own, zoom, axes])
  const search = useMemo(() => panelSearch(words, isRegex), [words, isRegex])
  const found = useMemo(() => (words ? foundSection(built, search) : null), [built, search, words])
  const metrics = useMemo(
    () => columns.filter(column => column.section === 'metric').map(column => column.key),
    [columns],
  )
  // Figures are panels too, above the sections.
  const order = useMemo(() => panelsInOrder(kpis, built), [kpis, built])
  const full = fullId === undefined ? undefined : (built.byId.get(fullId) ?? kpis?.find(kpi => kpi.id === fullId))
  const settingsOf = useCallback(
    (panel: Panel) =>
      panelSettings(panel, sectionSettings(own, built.placeOf.get(panel.id) ?? { layers: [] }, zoom, axes)),
    [built, own, zoom, axes],
  )
  const fullSettings = useMemo(() => (full ? settingsOf(full) : settings), [full, settingsOf, settings])
  const axisOf = useCallback((panel: Panel) => settingsOf(panel).axis, [settingsOf])
  useRegion(desk, built, isLoading, axisOf)
  const place = useCallback(async () => ({ run, link: await desk.store.keep() }), [desk, run])
  const isSkeleton = useSkeleton(isLoading)
  const isNothing = built.sections.length === 0
  const shared = { runs, pageSettings: own, zoom, axes, scroller, widthPx }
  return (
    <PanelContext value={services}>
      <RunSetContext value={runSet}>
        <BrushContext value={brushes}>
          <MediaStepContext value={step}>
            <RegionContext value={region}>
              <PlaceContext value={place}>
                <section className="panels" aria-label="Panels" ref={setScroller}>
                  <PanelBar settings={settings} own={own} search={search} metrics={metrics} columns={columns} />
                  {/* The menu of a panel; its own buttons and the keys do the same. */}
                  {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
                  <div
                    className="sections"
                    ref={setContent}
                    onContextMenu={event => {
                      const id = (event.target as Element).closest('[data-panel]')?.getAttribute('data-panel')
                      if (!id || !built.byId.has(id) || (event.target as Element).closest('input, textarea, a')) return
                      event.preventDefault()
                      desk.ui.setState({ menu: { id, x: event.clientX, y: event.clientY } })
                    }}
                  >
                    {format > 0 && (
                      <Banner tone="warn" icon="info">
                        <b className="b">This view was made by a newer version</b> (format {format}). What this one does
                        not know is kept, but not shown.
                      </Banner>
                    )}
                    {kpis && !isLoading && <KpiStrip kpis={kpis} runs={runs} settings={settings} />}
                    {error !== null && error !== undefined && isNothing ? (
                      <FailureMessage
                        failure={failureOf(error, 'The list of metrics could not be read')}
                        onRetry={onRetry}
                      />
                    ) : isSkeleton ? (
                      <PanelsSkeleton />
                    ) : isLoading ? null : isNothing && mode === 'manual' ? (
                      <EmptyManual />
                    ) : isNothing ? (
                      <NoMetrics />
                    ) : found ? (
                      found.panels.length > 0 ? (
                        <>
                          <div className="found-head">
                            <span className="hint" role="status">
                              {formatCount(found.count)} of {formatCount(built.panels.length)} panels found
                            </span>
                            <Button
                              small
                              kind="ghost"
                              icon="pin"
                              onClick={() => keepSection(desk, found, words ?? 'Found')}
                            >
                              Keep as a section
                            </Button>
                          </div>
                          <SectionView section={found} canArrange={false} {...shared} />
                        </>
                      ) : (
                        <Message icon="search" title="No panel is found">
                          <span>Nothing is called “{words}”.</span>
                        </Message>
                      )
                    ) : (
                      built.sections.map(section => (
                        <SectionView
                          key={`${section.isOwn}${section.id}`}
                          section={section}
                          canArrange={!isPhone}
                          {...shared}
                        />
                      ))
                    )}
                    {leftOut > 0 && (
                      <p className="hint left-out">
                        {formatCount(leftOut)} more metrics exist than a page lists. “Add panel” takes them by their
                        name or by a regular expression.
                      </p>
                    )}
                  </div>
                  <SelectionBar built={built} />
                  <PanelMenu built={built} />
                </section>
                {fullId !== undefined && !isLoading && (
                  <>
                    {full ? (
                      <FullPanel
                        panel={full}
                        runs={runs}
                        settings={fullSettings}
                        place={order.indexOf(full)}
                        count={order.length}
                      />
                    ) : (
                      <LostPanel id={fullId} />
                    )}
                  </>
                )}
                <Suspense fallback={null}>
                  {adding && (
                    <AddPanel adding={adding} columns={columns} runs={runs} settings={settings} built={built} />
                  )}
                  {drawer && <Drawers drawer={drawer} built={built} own={own} columns={columns} axes={axes} />}
                </Suspense>
              </PlaceContext>
            </RegionContext>
          </MediaStepContext>
        </BrushContext>
      </RunSetContext>
    </PanelContext>
  )
})

const NO_BRUSHES: Readonly<Record<string, string>> = {}

/** What panels over all runs ask with. What brushes pick is not in it: a brush must not narrow its own panel. */
function questionOf(runs: RunSet): RunSetQuestion {
  const sort = runs.sort?.map(({ key, descending = false }) => ({ key, descending })) ?? [parseSort(undefined)]
  return {
    filter: runs.filter ?? '',
    search: runs.search ?? '',
    sort,
    group: (runs.group ?? []).map(({ key }) => key),
    baseline: runs.baseline ?? '',
    is_regex: runs.is_regex ?? false,
    only_mine: runs.only_mine ?? false,
    derived: runs.derived ?? [],
  }
}

/** The width in steps at which the number of panels side by side changes. */
function useWidth(element: Element | null): number {
  const [width, setWidth] = useState(900)
  useEffect(() => {
    if (!element) return
    const observer = new ResizeObserver(([entry]) => {
      const px = entry?.contentRect.width ?? 0
      const step = [1400, 860, 560, 0].find(edge => px >= edge) ?? 0
      setWidth(step)
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return width
}

function EmptyManual() {
  const desk = useDesk()
  return (
    <Message
      icon="workspace"
      title="This workspace is yours to fill"
      actions={
        <>
          <Button icon="plus" onClick={() => desk.ui.setState({ adding: { section: null } })}>
            Add panel
          </Button>
          <Button
            kind="ghost"
            icon="layers"
            onClick={() => desk.edit('add section', spec => addSection(spec, 'New section')[0])}
          >
            Add section
          </Button>
        </>
      }
    >
      <span>Panels stay where you put them, and none comes by itself. The automatic workspace is kept beside it.</span>
    </Message>
  )
}

/** The address names a panel that the view does not have. */
function PanelsSkeleton() {
  return (
    <div className="skeleton-grid" aria-busy="true">
      {Array.from({ length: 6 }, (_, i) => (
        <div key={i} className="panel panel-slot">
          <div className="panel-h">
            <Bone width={90 + ((i * 31) % 60)} height={9} />
          </div>
          <div className="panel-b">
            <div className="chart-instead skel-chart" />
          </div>
        </div>
      ))}
    </div>
  )
}
