/**
 * A Vega-Lite chart on a canvas. Its expressions are interpreted, never compiled, so that the page's policy needs no `eval`; it loads
 * nothing from anywhere; its colours are the page's.
 */

import { useEffect, useRef, useState } from 'react'
import { parse, View } from 'vega'
import { expressionInterpreter } from 'vega-interpreter'
import { compile, type TopLevelSpec } from 'vega-lite'
import { colourOf, onThemeChange } from '../../charts/palette'
import type { Row } from './schema'

const refuse = (what: string): Promise<never> =>
  Promise.reject(new Error(`A chart loads nothing by itself: ${what.slice(0, 200)}`))

const NO_LOADER = {
  options: {},
  load: refuse,
  sanitize: refuse,
  http: refuse,
  file: refuse,
}

function theme(): object {
  const text = { labelColor: colourOf('--text-3'), titleColor: colourOf('--text-2') }
  const font = 'Geist, system-ui, sans-serif'
  return {
    background: 'transparent',
    font,
    axis: {
      ...text,
      gridColor: colourOf('--chart-grid'),
      domainColor: colourOf('--chart-axis'),
      tickColor: colourOf('--chart-axis'),
      labelFontSize: 11,
      titleFontSize: 11,
      titleFontWeight: 500,
    },
    legend: { ...text, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 500 },
    title: { color: colourOf('--text-1'), fontSize: 12, fontWeight: 500, anchor: 'start' },
    view: { stroke: null },
    range: {
      category: Array.from({ length: 24 }, (_, i) => colourOf(`--run-${i + 1}`)),
      heatmap: Array.from({ length: 9 }, (_, i) => colourOf(`--seq-${i + 1}`)),
      ramp: Array.from({ length: 9 }, (_, i) => colourOf(`--seq-${i + 1}`)),
    },
    bar: { color: colourOf('--run-1') },
    line: { color: colourOf('--run-1'), strokeWidth: 1.4 },
    point: { color: colourOf('--run-1') },
  }
}

/** A specification without a place of its own to draw in is as large as ours. */
function sized(spec: Record<string, unknown>, rows: readonly Row[], width: number, height: number): TopLevelSpec {
  const isSingle = !['facet', 'repeat', 'concat', 'hconcat', 'vconcat'].some(name => name in spec)
  const { config, data: _data, ...rest } = spec
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...rest,
    ...(isSingle ? { width, height, autosize: { type: 'fit', contains: 'padding' } } : {}),
    data: { values: rows as unknown as object[] },
    config: { ...theme(), ...(config as object | undefined) },
  } as unknown as TopLevelSpec
}

export function ChartFigure({
  spec,
  rows,
  name,
  what = 'The chart',
  width,
  height,
}: {
  spec: Record<string, unknown>
  rows: readonly Row[]
  name: string
  /** As a sentence begins that says why it cannot be drawn. */
  what?: string
  width: number
  height: number
}) {
  const host = useRef<HTMLDivElement>(null)
  const [fault, setFault] = useState('')
  useEffect(() => {
    const place = host.current
    if (!place) return
    let view: View | null = null
    const draw = (): void => {
      view?.finalize()
      try {
        const { spec: compiled } = compile(sized(spec, rows, width, height), { logger: SILENT })
        view = new View(parse(compiled, undefined, { ast: true }), {
          expr: expressionInterpreter,
          renderer: 'canvas',
          container: place,
          hover: true,
          loader: NO_LOADER,
        } as never)
        const drawn = view
        void view.runAsync().then(
          () => drawn === view && setFault(''),
          (error: unknown) => setFault(error instanceof Error ? error.message : String(error)),
        )
      } catch (error) {
        setFault(error instanceof Error ? error.message : String(error))
      }
    }
    draw()
    const stop = onThemeChange(draw)
    return () => {
      stop()
      view?.finalize()
    }
  }, [spec, rows, width, height])
  return (
    <div className="vega-place" style={{ width, height }}>
      <div ref={host} role="img" aria-label={name} />
      {fault !== '' && (
        <span className="im-missing space-fault">
          {what} cannot be drawn: {fault}
        </span>
      )}
    </div>
  )
}

const SILENT = {
  level: () => SILENT,
  error: () => SILENT,
  warn: () => SILENT,
  info: () => SILENT,
  debug: () => SILENT,
} as never
