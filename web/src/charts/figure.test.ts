import { describe, expect, it } from 'vitest'
import { drawFigure, FIGURE_WIDTH, figureHeight } from './figure'
import { moved, scaleOf, scaleTicks, symlogUnit, zoomed } from './lineScales'
import { type LineModel, type LineSeries, NO_LINES } from './model'
import { SvgPen } from './pen'
import { plotOf } from './plot'

function series(id: string, y: number[], rest: Partial<LineSeries> = {}): LineSeries {
  return {
    id,
    run: id,
    label: id,
    colour: '--run-1',
    dash: [],
    width: 0,
    mark: 'none',
    draw: 'line',
    isRight: false,
    x: Float64Array.from(y, (_, i) => i),
    y: Float64Array.from(y),
    told: null,
    base: null,
    raw: null,
    low: null,
    high: null,
    isGroup: false,
    count: new Uint32Array(y.length).fill(1),
    spikes: [],
    odd: [],
    isLive: false,
    isFaint: false,
    ...rest,
  }
}

const model = (lines: LineSeries[], rest: Partial<LineModel> = {}): LineModel => ({
  ...NO_LINES,
  x: [0, 10],
  y: [0, 4],
  series: lines,
  ...rest,
})

function svg(made: LineModel, title = 'val/loss'): string {
  const figure = { title, note: 'log', pictures: [{ title: '', model: made }] }
  const pen = new SvgPen(FIGURE_WIDTH, figureHeight(figure))
  drawFigure(pen, figure, 0.15)
  return pen.toString(title)
}

describe('a figure as SVG', () => {
  it('has lines as vectors, the title, the axis and no pixels', () => {
    const text = svg(model([series('a', [1, 2, 3])]))
    expect(text).toMatch(/^<svg xmlns=/)
    expect(text).toContain('<title>val/loss</title>')
    expect(text).toContain('>Step</text>')
    expect(text).not.toContain('<image')
    // Three points, one path.
    expect(text).toMatch(/<path d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+L[\d.]+ [\d.]+" fill="none"/)
  })

  it('is equal for equal data', () => {
    expect(svg(model([series('a', [1, 2, 3])]))).toBe(svg(model([series('a', [1, 2, 3])])))
  })

  it('says names as text and lets none of them be markup', () => {
    const text = svg(model([series('<b>&"', [1, 2]), series('b', [2, 3])]), 'a < b')
    expect(text).toContain('<title>a &lt; b</title>')
    expect(text).toContain('>&lt;b&gt;&amp;&quot;</text>')
  })

  it('writes no place that is not a number, whatever the data', () => {
    const odd = series('a', [Number.NaN, 1, Number.POSITIVE_INFINITY, -1, 0], {
      odd: [
        { x: 0, kind: 'nan' },
        { x: 2, kind: 'posinf' },
      ],
    })
    for (const yScale of ['linear', 'log', 'symlog'] as const)
      expect(svg(model([odd], { yScale, y: [0.01, 4] }))).not.toMatch(/NaN|Infinity/)
  })

  it('has a legend when lines are not named at their ends, and says how many it leaves out', () => {
    const many = Array.from({ length: 70 }, (_, i) => series(`r${i}`, [1, 2]))
    expect(svg(model(many))).toContain('>and 10 more</text>')
  })
})

describe('scales', () => {
  it('lead back to where they came from', () => {
    for (const kind of ['linear', 'log', 'symlog'] as const) {
      const { to, from } = scaleOf(kind, [0.001, 1000])
      for (const value of [0.001, 0.5, 1, 999]) expect(from(to(value))).toBeCloseTo(value, 9)
    }
  })

  it('have a place for zero and below only on the symmetric one', () => {
    expect(scaleOf('log', [1, 10]).to(0)).toBeNaN()
    const { to } = scaleOf('symlog', [-1000, 1000])
    expect(to(0)).toBe(0)
    expect(to(-10)).toBe(-to(10))
    expect(to(1000)).toBeGreaterThan(to(100))
  })

  it('have symmetric ticks at powers of ten around zero', () => {
    const { at } = scaleTicks('symlog', -1000, 1000, 6)
    expect(at).toContain(0)
    expect(at).toEqual(
      at
        .map(v => -v)
        .toSorted((a, b) => a - b)
        .map(v => v + 0),
    )
    for (const value of at) if (value !== 0) expect(Number.isInteger(Math.log10(Math.abs(value)))).toBe(true)
    expect(at.length).toBeLessThanOrEqual(9)
    expect(symlogUnit(0, 0)).toBe(1)
  })

  it('widen about a place and move by a part', () => {
    const linear = scaleOf('linear', [0, 100])
    expect(zoomed(linear, [0, 100], 50, 0.5)).toEqual([25, 75])
    expect(zoomed(linear, [0, 100], 0, 2)).toEqual([0, 200])
    expect(moved(linear, [0, 100], 0.1)).toEqual([10, 110])
    const [low, high] = zoomed(scaleOf('log', [1, 100]), [1, 100], 10, 0.5)
    expect([low, high].map(v => Math.log10(v))).toEqual([0.5, 1.5])
  })

  it('turn places of the plot into values and back', () => {
    const made = model([], { x: [1, 1000], xScale: 'log', y: [-5, 5], yScale: 'symlog', y2: [0, 1] })
    const plot = plotOf(made, { left: 30, top: 10, width: 300, height: 200 })
    expect([plot.x(1), plot.x(1000), plot.x(10)].map(Math.round)).toEqual([30, 330, 130])
    expect(plot.atX(plot.x(123))).toBeCloseTo(123)
    expect(plot.atY(plot.y(-2))).toBeCloseTo(-2)
    expect(plot.y2(0.5)).toBe(110)
  })
})
