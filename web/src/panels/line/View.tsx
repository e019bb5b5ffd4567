/** A line panel on the page: head, chart, what to say when there is none. The chart itself lives outside React. */

import { type KeyboardEvent, useCallback, useContext, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Range } from '../../charts/model'
import type { Axis } from '../../data/metricStore'
import { IconButton } from '../../ui/Button'
import { copyText } from '../../ui/clipboard'
import { Menu } from '../../ui/Menu'
import { isShiftedLetter } from '../../ui/keys'
import { RegionContext, usePanelServices, useRunSet } from '../context'
import type { PanelViewProps } from '../registry'
import { LineController, type LineOutlets, type LineStatus, type LineWish } from './controller'
import { Instead } from './Instead'
import { LineMenu } from './LineMenu'
import { LineTable } from './LineTable'
import { PillNote, writePills } from './Pills'
import type { Pill, Prepared } from './prepare'
import { RegionDialog, type RegionDraft } from './RegionDialog'
import { type DrawnKey, lineTitle, type LinePanel, nextScale } from './schema'
import { useLineActs } from './useLineActs'

export function LineView({ panel, runs, settings, isNear, isFull, intents }: PanelViewProps<LinePanel>) {
  const services = usePanelServices()
  const runSet = useRunSet()
  const title = lineTitle(panel)
  const host = useRef<HTMLDivElement>(null)
  const pills = useRef<HTMLSpanElement>(null)
  const spoken = useRef<HTMLSpanElement>(null)
  const controller = useRef<LineController | null>(null)
  const [state, setState] = useState<{ status: LineStatus; error: unknown }>({ status: 'waiting', error: null })
  const [table, setTable] = useState<Prepared | null>(null)
  const [pill, setPill] = useState<Pill | null>(null)
  const [region, setRegion] = useState<{ draft: RegionDraft; keys: readonly DrawnKey[] } | null>(null)
  const [isMarking, setMarking] = useState(false)
  const pointed = useContext(RegionContext)
  const marked = isFull ? pointed : null
  const latest = useRef({ wish: { panel, runs, settings, isFull, runSet, region: marked } satisfies LineWish, intents })
  useLayoutEffect(() => {
    latest.current = { wish: { panel, runs, settings, isFull, runSet, region: marked }, intents }
  }, [panel, runs, settings, isFull, runSet, marked, intents])

  const openRegion = useCallback((id: string) => {
    const found = latest.current.wish.panel.regions?.find(one => one.id === id)
    if (found) setRegion({ draft: found, keys: controller.current?.drawnKeys().keys ?? [] })
  }, [])

  // The chart is an external system: it is there while the panel is near the screen.
  useEffect(() => {
    if (!isNear || !host.current) return
    const outlets: LineOutlets = {
      onStatus: (status, error) => setState({ status, error }),
      onFacts: (facts, summary) => {
        if (pills.current) writePills(pills.current, facts, setPill)
        host.current?.setAttribute('aria-label', summary)
      },
      onZoom: (axis: Axis, [from, to]: Range, replace) =>
        latest.current.intents.onZoom({ axis, from, to }, { replace }),
      onZoomY: range => latest.current.intents.onChange({ y_zoom: range ? [...range] : undefined }),
      onZoomReset: () => latest.current.intents.onZoomReset(),
      onRegion: (axis, [from, to]) => {
        setMarking(false)
        setRegion({ draft: { id: '', axis, from_x: from, to_x: to }, keys: controller.current?.drawnKeys().keys ?? [] })
      },
      onRegionOpen: openRegion,
      onOpenRun: (run, isNewTab) => latest.current.intents.onOpenRun(run, { isNewTab }),
      onFollow: (href, isNewTab) => services.follow(href, isNewTab),
      onCopy: text => void copyText(text, 'the values'),
      onSpeak: text => {
        if (spoken.current) spoken.current.textContent = text
      },
    }
    const made = new LineController(host.current, services, latest.current.wish, outlets)
    controller.current = made
    return () => {
      controller.current = null
      made.destroy()
    }
  }, [isNear, services, openRegion])

  useEffect(() => {
    controller.current?.set({ panel, runs, settings, isFull, runSet, region: marked })
  }, [panel, runs, settings, isFull, runSet, marked])

  // What is said about the region is opened with it, once its lines are there.
  const isDrawn = state.status === 'ready'
  const opened = useRef<string | null>(null)
  useEffect(() => {
    if (marked === opened.current || (marked !== null && !isDrawn)) return
    opened.current = marked
    if (marked !== null) openRegion(marked)
  }, [marked, isDrawn, openRegion])

  useEffect(() => controller.current?.mark(isMarking), [isMarking])

  const { onChange } = intents
  const toggleLog = useCallback(() => onChange({ y_scale: nextScale(panel) }), [onChange, panel])
  const openTable = useCallback(() => setTable(controller.current?.prepared ?? null), [])
  const acts = useLineActs({ controller, services, panel, runs, title })

  const onKeyDown = (event: KeyboardEvent): void => {
    const isChart = event.target instanceof Element && event.target.matches('.chart, .facet-b')
    if (!isChart || event.ctrlKey || event.metaKey || event.altKey || isShiftedLetter(event)) return
    const keys: Record<string, (() => void) | undefined> = {
      Enter: intents.onFull,
      t: openTable,
      l: toggleLog,
      s: intents.onEdit,
      c: acts.copyCode,
      m: () => setMarking(!isMarking),
      '0': () => controller.current?.reset(),
      Backspace: () => controller.current?.zoomBack(),
      Escape: isMarking ? () => setMarking(false) : undefined,
    }
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }

  return (
    <section className={isFull ? 'panel line-panel full' : 'panel line-panel'} aria-label={title}>
      <header className="panel-h">
        <h3 className="title cut" title={title}>
          {title}
        </h3>
        {panel.unit && <span className="unit">{panel.unit}</span>}
        <span className="pills" ref={pills} />
        <span className="tools">
          <IconButton
            small
            icon={isFull ? 'close' : 'expand'}
            label={isFull ? 'Leave full screen' : `Show ${title} in full screen`}
            keys={isFull ? 'escape' : 'enter'}
            onClick={intents.onFull}
          />
          {isNear && (
            <Menu align="end" label={title} trigger={<IconButton small icon="more" label={`More about ${title}`} />}>
              <LineMenu
                panel={panel}
                intents={intents}
                acts={acts}
                isMarking={isMarking}
                onMark={() => setMarking(!isMarking)}
                onRegion={openRegion}
                onTable={openTable}
                onToggleLog={toggleLog}
                onReset={() => controller.current?.reset()}
                onBack={() => controller.current?.zoomBack()}
              />
            </Menu>
          )}
        </span>
      </header>
      <div className="panel-b">
        {/* The picture takes the keyboard: arrows walk along its lines. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
        <div ref={host} className="chart" role="img" aria-label={title} tabIndex={0} onKeyDown={onKeyDown} />
        {isMarking && (
          <span className="marking-hint" role="status">
            Drag over the stretch to mark. Escape leaves.
          </span>
        )}
        <Instead
          status={state.status}
          error={state.error}
          panel={panel}
          runCount={runs.length}
          intents={intents}
          onRetry={() => controller.current?.retry()}
        />
        {pill && (
          <PillNote
            pill={pill}
            onClose={() => setPill(null)}
            onChange={() => {
              setPill(null)
              intents.onEdit()
            }}
          />
        )}
      </div>
      <span className="vh" role="status" ref={spoken} />
      {table && (
        <LineTable title={title} prepared={table} onClose={() => setTable(null)} onCsv={() => void acts.saveCsv()} />
      )}
      {region && (
        <RegionDialog
          key={`${region.draft.id} ${region.draft.from_x}`}
          draft={region.draft}
          panel={panel}
          runs={runs}
          keys={region.keys}
          onChange={onChange}
          onClose={() => setRegion(null)}
          onReopen={draft => setRegion({ draft, keys: region.keys })}
        />
      )}
    </section>
  )
}
