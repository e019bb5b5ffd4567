/**
 * A logged Plotly figure. The library is loaded with the first one: what draws lines, bars and heat maps at first, all of it for maps
 * and space. Its styles are ours (`plotly.css`): it may add none at run time.
 */

import { useQuery } from '@tanstack/react-query'
import { getNonce } from 'get-nonce'
import { useEffect, useRef, useState } from 'react'
import { onThemeChange, colourOf } from '../../charts/palette'
import { contentBytes } from '../../data/media'
import { allowEntities } from '../../ui/trusted'
import { Missing } from './Missing'
import './plotly.css'
import type { FigureValue } from './values'

interface Figure {
  data: Record<string, unknown>[]
  layout: Record<string, unknown>
}

interface Plotly {
  toImage: (figure: Figure, options: object) => Promise<string>
  react: (host: HTMLElement, data: unknown[], layout: object, config: object) => Promise<unknown>
  purge: (host: HTMLElement) => void
}

const FLAT = new Set([
  'scatter', 'bar', 'box', 'heatmap', 'histogram', 'histogram2d', 'histogram2dcontour', 'contour', 'violin', 'pie', 'image', 'candlestick',
  'ohlc', 'funnel', 'waterfall', 'scatterternary', 'quiver',
]) // oxfmt-ignore

const isFlat = (figure: Figure): boolean =>
  figure.data.every(trace => trace.type === undefined || (typeof trace.type === 'string' && FLAT.has(trace.type)))

async function library(figure: Figure): Promise<Plotly> {
  // Found by its id, and left alone: the rules it would write stand in plotly.css.
  if (!document.getElementById('plotly.js-style-global')) {
    const mark = document.createElement('meta')
    mark.id = 'plotly.js-style-global'
    mark.className = 'no-inline-styles'
    document.head.append(mark)
  }
  const loaded = isFlat(figure)
    ? await import('plotly.js-cartesian-dist-min')
    : // Many points by WebGL, space and polar axes.
      await withNonce(() => import('plotly.js-strict-dist-min'))
  return loaded.default as Plotly
}

/** A library that writes styles while it is loaded: the page's policy asks for the page's word that they are its own. */
async function withNonce<T>(load: () => Promise<T>): Promise<T> {
  const nonce = getNonce()
  const make = document.createElement.bind(document)
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const made = make(name, options)
    if (nonce && made instanceof HTMLStyleElement) made.nonce = nonce
    return made
  }
  try {
    return await load()
  } finally {
    document.createElement = make
  }
}

export function readFigure(bytes: Uint8Array): Figure {
  const parsed = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Figure> | null
  if (!parsed || !Array.isArray(parsed.data)) throw new Error('The file is no Plotly figure: it has no list `data`')
  return {
    data: parsed.data.filter(trace => typeof trace === 'object' && trace !== null),
    layout: withTitles(typeof parsed.layout === 'object' && parsed.layout !== null ? parsed.layout : {}),
  }
}

/** Titles as objects, also where an older Plotly wrote them as texts. */
function withTitles(layout: Record<string, unknown>): Record<string, unknown> {
  const read = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const { title } = value as { title?: unknown }
    return typeof title === 'string' ? { ...value, title: { text: title } } : value
  }
  return read(Object.fromEntries(Object.entries(layout).map(([name, value]) => [name, read(value)]))) as typeof layout
}

export function PlotlyFigure({
  value,
  name,
  width,
  height,
  isLarge,
}: {
  value: FigureValue
  name: string
  width: number
  height: number
  isLarge?: boolean
}) {
  const host = useRef<HTMLDivElement>(null)
  const [picture, setPicture] = useState('')
  const { file } = value
  const { data, error, refetch } = useQuery({
    queryKey: ['plotly', file.digest || file.url],
    queryFn: async ({ signal }) => {
      const figure = readFigure(await contentBytes(file.url, file.path, signal))
      return { figure, plotly: await library(figure) }
    },
    enabled: file.url !== '',
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
    retry: false,
  })
  useEffect(() => {
    const place = host.current
    if (!place || !data) return
    const { figure, plotly } = data
    if (!isLarge && !isFlat(figure)) {
      // Space that does not turn is a picture: a browser has a handful of WebGL contexts, and a panel has many figures.
      let isGone = false
      const paint = (): void => {
        allowEntities()
        const own = { data: structuredClone(figure.data), layout: layoutFor(figure.layout, width, height, false) }
        plotly.toImage(own as Figure, { format: 'png', width, height, scale: devicePixelRatio }).then(
          url => !isGone && setPicture(url),
          (fault: unknown) => {
            place.textContent = `The figure cannot be drawn: ${String(fault)}`
          },
        )
      }
      paint()
      const stop = onThemeChange(paint)
      return () => {
        isGone = true
        stop()
      }
    }
    const draw = (): void =>
      void plotly
        .react(place, structuredClone(figure.data), layoutFor(figure.layout, width, height, isLarge ?? false), {
          // Its buttons are made of markup, which the page's policy refuses; the keys and the menu do the same.
          displayModeBar: false,
          staticPlot: !isLarge,
          scrollZoom: isLarge ?? false,
        })
        .catch((fault: unknown) => {
          place.textContent = `The figure cannot be drawn: ${String(fault)}`
        })
    draw()
    const stop = onThemeChange(draw)
    return () => {
      stop()
      plotly.purge(place)
    }
  }, [data, width, height, isLarge])
  if (file.url === '' || error) return <Missing file={file} onRetry={error && (() => void refetch())} />
  return (
    <div ref={host} className="plotly-host" role="img" aria-label={name} style={{ width, height }}>
      {picture && !isLarge && <img src={picture} alt="" width={width} height={height} />}
    </div>
  )
}

/** The figure's own layout at the size of its place; colours of the page where it says none. */
function layoutFor(layout: Record<string, unknown>, width: number, height: number, isLarge: boolean): object {
  const { template: _template, ...own } = structuredClone(layout)
  const axis = { gridcolor: colourOf('--chart-grid'), zerolinecolor: colourOf('--line-3'), automargin: true }
  const withAxis = (name: string): object => ({ ...axis, ...(own[name] as object | undefined) })
  const axes = Object.keys(own).filter(name => /^[xy]axis\d*$/.test(name))
  return {
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    ...own,
    font: {
      color: colourOf('--text-2'),
      family: 'Geist, system-ui, sans-serif',
      size: isLarge ? 12 : 10,
      ...(own.font as object | undefined),
    },
    ...Object.fromEntries([...new Set([...axes, 'xaxis', 'yaxis'])].map(name => [name, withAxis(name)])),
    ...(isLarge ? {} : { margin: { l: 30, r: 8, t: own.title ? 26 : 8, b: 24 }, showlegend: false }),
    autosize: false,
    width,
    height,
  }
}
