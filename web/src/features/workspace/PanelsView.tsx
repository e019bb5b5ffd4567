/** The panels of the project: a bar for what holds for all of them, then sections. Panels off screen are not mounted. */

import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { formatCount } from '../../charts/number'
import { IconButton } from '../../ui/Button'
import { Slider } from '../../ui/controls'
import { failureOf } from '../../ui/failure'
import { Icon } from '../../ui/icons'
import { Bone, FailureMessage, Message, useSkeleton } from '../../ui/states'
import {
  PanelContext,
  type DrawnRun,
  type PanelServices,
  type PanelSettings,
  type RunSetQuestion,
} from '../../panels/context'
import { useNear } from '../../panels/near'
import { metricOf } from '../../panels/line/schema'
import { kindOf, type Panel, type PanelIntents, titleOf } from '../../panels/registry'
import { setLog, toggleFold, withChanges, zoomTo } from './actions'
import { AxisMenu } from './AxisMenu'
import {
  foundSections,
  isFolded,
  panelSearch,
  parseSort,
  parseZoom,
  type Section,
  sectionId,
  type WorkspaceView,
} from './model'
import { NoMetrics } from './NoMetrics'
import { SearchInput } from './SearchInput'
import type { Session } from './session'
import type { ChangeView } from './useWorkspace'

/** Panels of a section that stand on the page at first; more come on demand. */
const SECTION_PANELS = 60

export interface PanelsProps {
  session: Session
  view: WorkspaceView
  change: ChangeView
  runs: readonly DrawnRun[]
  sections: readonly Section[]
  isLoading: boolean
  error: unknown
  onRetry: () => void
  /** Metrics that exist beyond those listed. */
  leftOut: number
}

/** Not rendered with its page: that follows the run list, which is refreshed every few seconds while runs log. */
export const PanelsView = memo(function PanelsView({
  session,
  view,
  change,
  runs,
  sections,
  isLoading,
  error,
  onRetry,
  leftOut,
}: PanelsProps) {
  const [scroller, setScroller] = useState<Element | null>(null)
  const runSet = useMemo<RunSetQuestion>(
    () => ({ filter: view.filter ?? '', search: view.q ?? '', sort: [parseSort(view.sort)], group: [], baseline: '' }),
    [view.filter, view.q, view.sort],
  )
  const services = useMemo<PanelServices>(
    () => ({
      store: session.store,
      loader: session.loader,
      hover: session.hover,
      read: session.api.readSeries,
      scroller,
      api: session.api,
      entity: session.entity,
      project: session.project,
      runSet,
    }),
    [session, scroller, runSet],
  )
  const axis = view.x ?? 'step'
  const smoothing = view.smooth ?? 0
  const settings = useMemo<PanelSettings>(
    () => ({ axis, smoothing, zoom: parseZoom(view.zoom) }),
    [axis, smoothing, view.zoom],
  )
  const search = useMemo(() => panelSearch(view.panels, view.re ?? false), [view.panels, view.re])
  const found = useMemo(() => foundSections(sections, search), [sections, search])
  const metrics = useMemo(
    () => sections.flatMap(section => (section.channel === 'history' ? section.panels.map(metricOf) : [])),
    [sections],
  )
  const full = useMemo(
    () => sections.flatMap(section => section.panels).find(panel => panel.id === view.panel),
    [sections, view.panel],
  )
  const isSkeleton = useSkeleton(isLoading)
  const isSearching = view.panels !== undefined && !('error' in search)
  return (
    <PanelContext value={services}>
      <section className="panels" aria-label="Panels" ref={setScroller}>
        <div className="pbar">
          <SearchInput
            className="find-panels"
            label="Find panels"
            placeholder="Find panels"
            keys="p"
            value={view.panels ?? ''}
            {...('error' in search ? { error: search.error } : {})}
            onChange={words => change(view => withChanges(view, { panels: words || undefined }), { replace: true })}
          />
          <IconButton
            icon="regex"
            className="find-panels"
            label={view.re ? 'Find panels by words' : 'Find panels by regular expression'}
            aria-pressed={view.re ?? false}
            onClick={() => change(view => withChanges(view, { re: view.re ? undefined : true }))}
          />
          <AxisMenu
            axis={axis}
            metrics={metrics}
            onChange={x => change(view => withChanges(view, { x: x === 'step' ? undefined : x, zoom: undefined }))}
          />
          <Smoothing value={smoothing} change={change} />
          {settings.zoom && (
            <button type="button" className="set on" onClick={() => change(view => zoomTo(view, null))}>
              <Icon name="fit" size={13} /> Reset zoom
            </button>
          )}
        </div>
        <div className="sections">
          {error !== null && error !== undefined && sections.length === 0 ? (
            <FailureMessage failure={failureOf(error, 'The list of metrics could not be read')} onRetry={onRetry} />
          ) : isSkeleton ? (
            <PanelsSkeleton />
          ) : !isLoading && sections.length === 0 ? (
            <NoMetrics />
          ) : (
            found.map(section => (
              <SectionView
                key={sectionId(section)}
                section={section}
                isOpen={isSearching || !isFolded(view, section, sections.length)}
                onFold={() => change(view => toggleFold(view, sectionId(section), sections.map(sectionId)))}
                {...{ runs, settings, change }}
              />
            ))
          )}
          {isSearching && found.length === 0 && sections.length > 0 && (
            <Message icon="search" title="No panel is found">
              <span>Nothing is called “{view.panels}”.</span>
            </Message>
          )}
          {leftOut > 0 && (
            <p className="hint">
              {formatCount(leftOut)} more metrics exist than a page lists. Find them by name in the sort menu.
            </p>
          )}
        </div>
      </section>
      {full && <FullPanel panel={full} runs={runs} settings={settings} change={change} />}
    </PanelContext>
  )
})

function Smoothing({ value, change }: { value: number; change: ChangeView }) {
  const [dragged, setDragged] = useState<number | null>(null)
  // The first move is a step of the history, the rest of the drag replaces it.
  const isDragging = useRef(false)
  const shown = dragged ?? value
  return (
    <span className="set smoothing">
      <span aria-hidden="true">Smoothing</span>
      <Slider
        label="Smoothing"
        value={shown}
        max={0.99}
        onChange={next => {
          setDragged(next)
          change(view => withChanges(view, { smooth: next > 0 ? next : undefined }), { replace: isDragging.current })
          isDragging.current = true
        }}
        onCommit={() => {
          isDragging.current = false
          setDragged(null)
        }}
      />
      <b>{shown.toFixed(2)}</b>
    </span>
  )
}

const SectionView = memo(function SectionView({
  section,
  isOpen,
  onFold,
  runs,
  settings,
  change,
}: {
  section: Section
  isOpen: boolean
  onFold: () => void
  runs: readonly DrawnRun[]
  settings: PanelSettings
  change: ChangeView
}) {
  const [shownMax, setShownMax] = useState(SECTION_PANELS)
  const { panels, name } = section
  const rest = panels.length - shownMax
  return (
    <section aria-label={name}>
      <h2 className="section-h">
        <button type="button" className="fold" aria-expanded={isOpen} onClick={onFold}>
          <Icon name={isOpen ? 'chev-d' : 'chev-r'} size={14} />
          <span className="cut">{name}</span>
          <span className="n">
            {formatCount(panels.length)} {panels.length === 1 ? 'panel' : 'panels'}
          </span>
        </button>
      </h2>
      {isOpen && (
        <div className="panel-grid">
          {panels.slice(0, shownMax).map(panel => (
            <PanelSlot key={panel.id} panel={panel} runs={runs} settings={settings} change={change} />
          ))}
        </div>
      )}
      {isOpen && rest > 0 && (
        <button type="button" className="btn more-panels" onClick={() => setShownMax(shownMax + SECTION_PANELS * 4)}>
          Show {formatCount(Math.min(rest, SECTION_PANELS * 4))} more of {formatCount(panels.length)}
        </button>
      )}
    </section>
  )
})

interface SlotProps {
  panel: Panel
  runs: readonly DrawnRun[]
  settings: PanelSettings
  change: ChangeView
}

function useIntents(panel: Panel, change: ChangeView): PanelIntents {
  const { id } = panel
  return useMemo(
    () => ({
      onFull: () => change(view => withChanges(view, { panel: view.panel === id ? undefined : id })),
      onZoom: zoom => change(view => zoomTo(view, zoom)),
      onZoomReset: () => change(view => zoomTo(view, null)),
      onChange: fields => change(view => setLog(view, id, fields.y_scale === 'log')),
      onEdit: () => undefined,
      onBrush: () => undefined,
      onOpenRun: () => undefined,
      onDuplicate: () => undefined,
      onRemove: () => undefined,
    }),
    [id, change],
  )
}

const PanelSlot = memo(function PanelSlot({ panel, runs, settings, change }: SlotProps) {
  const place = useRef<HTMLDivElement>(null)
  const [scroller, setScroller] = useState<Element | null>(null)
  useEffect(() => setScroller(place.current?.closest('.panels') ?? null), [])
  const isNear = useNear(place, scroller)
  const intents = useIntents(panel, change)
  const kind = kindOf(panel)
  return (
    <div className="panel-slot" ref={place} data-panel={panel.id}>
      {kind && (
        <kind.View panel={panel} runs={runs} settings={settings} isNear={isNear} isFull={false} intents={intents} />
      )}
    </div>
  )
})

function FullPanel({ panel, runs, settings, change }: SlotProps) {
  const intents = useIntents(panel, change)
  const place = useRef<HTMLDivElement>(null)
  const kind = kindOf(panel)
  const close = useCallback(() => change(view => withChanges(view, { panel: undefined })), [change])
  useEffect(() => {
    const before = document.activeElement
    place.current?.querySelector<HTMLElement>('.chart')?.focus()
    const onKey = (event: KeyboardEvent): void => {
      // Menus and dialogs over the panel answer Escape first.
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('[role=dialog],[role=menu]'))
        close()
    }
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('keydown', onKey)
      if (before instanceof HTMLElement) before.focus()
    }
  }, [close])
  return (
    <div className="panel-full" ref={place} role="region" aria-label={`${titleOf(panel)} in full screen`}>
      {kind && <kind.View panel={panel} runs={runs} settings={settings} isNear isFull intents={intents} />}
    </div>
  )
}

function PanelsSkeleton() {
  return (
    <div className="panel-grid" aria-busy="true">
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
