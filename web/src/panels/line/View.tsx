/** A line panel on the page: head, chart, what to say when there is none. The chart itself lives outside React. */

import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { colourOf } from '../../charts/palette'
import type { Axis } from '../../data/metricStore'
import { IconButton } from '../../ui/Button'
import { failureOf } from '../../ui/failure'
import { Icon } from '../../ui/icons'
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu'
import { FailureMessage, useSkeleton } from '../../ui/states'
import { toast } from '../../ui/toasts'
import { usePanelServices } from '../context'
import type { PanelViewProps } from '../registry'
import { bucketsFor, LineController, type LineStatus, type LineWish } from './controller'
import { download, fileName, toCsv, toPng } from './export'
import { LineTable } from './LineTable'
import type { Pill, Prepared } from './prepare'
import { isLogPanel, lineTitle, type LinePanel, metricOf } from './schema'

export function LineView({ panel, runs, settings, isNear, isFull, intents }: PanelViewProps<LinePanel>) {
  const services = usePanelServices()
  const title = lineTitle(panel)
  const isLog = isLogPanel(panel)
  const host = useRef<HTMLDivElement>(null)
  const pills = useRef<HTMLSpanElement>(null)
  const spoken = useRef<HTMLSpanElement>(null)
  const controller = useRef<LineController | null>(null)
  const [state, setState] = useState<{ status: LineStatus; error: unknown }>({ status: 'waiting', error: null })
  const [table, setTable] = useState<Prepared | null>(null)
  const wished = useRef<LineWish>({ panel, runs, settings })
  useLayoutEffect(() => {
    wished.current = { panel, runs, settings }
  }, [panel, runs, settings])
  const { onZoom, onZoomReset, onChange } = intents

  // The chart is an external system: it is there while the panel is near the screen.
  useEffect(() => {
    if (!isNear || !host.current) return
    const made = new LineController(host.current, services, wished.current, {
      onStatus: (status, error) => setState({ status, error }),
      onFacts: (facts, summary) => {
        if (pills.current) writePills(pills.current, facts)
        host.current?.setAttribute('aria-label', summary)
      },
      onZoom: (axis: Axis, [from, to]) => onZoom({ axis, from, to }),
      onZoomReset: () => onZoomReset(),
      onSpeak: text => {
        if (spoken.current) spoken.current.textContent = text
      },
    })
    controller.current = made
    return () => {
      controller.current = null
      made.destroy()
    }
  }, [isNear, services, onZoom, onZoomReset])

  useEffect(() => {
    controller.current?.set({ panel, runs, settings })
  }, [panel, runs, settings])

  const toggleLog = useCallback(() => onChange({ y_scale: isLog ? undefined : 'log' }), [onChange, isLog])
  const openTable = useCallback(() => setTable(controller.current?.prepared ?? null), [])
  const savePng = useCallback(async () => {
    const picture = controller.current?.toCanvas()
    if (!picture) return
    download(
      fileName(title, 'png'),
      await toPng(picture, title, { text: colourOf('--text-1'), panel: colourOf('--panel') }),
    )
  }, [title])
  const saveCsv = useCallback(async () => {
    const scope = controller.current?.scope()
    if (!scope || !host.current) return
    try {
      const buckets = bucketsFor(host.current.clientWidth, runs.length)
      const text = await toCsv(services.read, { panel, runs, scope, buckets })
      download(fileName(title, 'csv'), new Blob([text], { type: 'text/csv;charset=utf-8' }))
    } catch (error) {
      const failure = failureOf(error, `${title} could not be exported`)
      toast({ icon: 'error', text: `${failure.title}. ${failure.detail}` })
    }
  }, [panel, title, runs, services])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== host.current || event.ctrlKey || event.metaKey || event.altKey) return
    const act = { Enter: intents.onFull, t: openTable, l: toggleLog }[
      event.key.length === 1 ? event.key.toLowerCase() : event.key
    ]
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
              <MenuItem icon={isLog ? 'check' : 'chart'} keys="l" onSelect={toggleLog}>
                Logarithmic y axis
              </MenuItem>
              <MenuItem icon="fit" onSelect={intents.onZoomReset}>
                Reset zoom
              </MenuItem>
              <MenuItem icon="table" keys="t" onSelect={openTable}>
                Table of what is drawn
              </MenuItem>
              <MenuSeparator />
              <MenuItem icon="image" onSelect={() => void savePng()}>
                Save picture as PNG
              </MenuItem>
              <MenuItem icon="download" onSelect={() => void saveCsv()}>
                Save numbers as CSV
              </MenuItem>
            </Menu>
          )}
        </span>
      </header>
      <div className="panel-b">
        {/* The picture takes the keyboard: arrows walk along its lines. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
        <div ref={host} className="chart" role="img" aria-label={title} tabIndex={0} onKeyDown={onKeyDown} />
        <Instead status={state.status} error={state.error} panel={panel} onRetry={() => controller.current?.retry()} />
      </div>
      <span className="vh" role="status" ref={spoken} />
      {table && (
        <LineTable title={title} prepared={table} onClose={() => setTable(null)} onCsv={() => void saveCsv()} />
      )}
    </section>
  )
}

/** What stands in the chart's place while it has nothing to show. */
function Instead({
  status,
  error,
  panel,
  onRetry,
}: {
  status: LineStatus
  error: unknown
  panel: LinePanel
  onRetry: () => void
}) {
  const isSkeleton = useSkeleton(status === 'waiting')
  if (isSkeleton) return <div className="chart-instead skel-chart" aria-hidden="true" />
  if (status === 'empty') {
    return (
      <div className="chart-instead">
        <span className="hint">
          <Icon name="eye-off" size={14} /> No drawn run has {metricOf(panel)} here
        </span>
      </div>
    )
  }
  if (status !== 'failed') return null
  return (
    <div className="chart-instead">
      <FailureMessage failure={failureOf(error, `${lineTitle(panel)} could not be read`)} onRetry={onRetry} />
    </div>
  )
}

/** The pills of the head, in place: they change with live data, which no component renders for. */
function writePills(place: HTMLElement, pills: readonly Pill[]): void {
  pills.forEach((pill, i) => {
    let element = place.children[i] as HTMLElement | undefined
    if (!element) {
      element = document.createElement('span')
      element.className = 'pill'
      place.append(element)
    }
    if (element.textContent !== pill.text) element.textContent = pill.text
    if (element.title !== pill.hint) element.title = pill.hint
  })
  while (place.children.length > pills.length) place.lastChild?.remove()
}
