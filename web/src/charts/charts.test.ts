import { describe, expect, it } from 'vitest'
import { HoverBus } from './hover'
import {
  formatAbout,
  formatAge,
  formatCount,
  formatDelta,
  formatDuration,
  formatPower,
  formatTick,
  formatValue,
} from './number'
import { RUN_COLOURS, runStyle } from './palette'
import { formatX, formatXTick, linearTicks, logTicks, roundStep, valueTicks, xTicks } from './ticks'

describe('numbers', () => {
  it('are short on an axis', () => {
    expect([0, 0.1, 2500, 10_000, 1_500_000, 0.0001, -0.00025].map(v => formatTick(v))).toEqual([
      '0',
      '0.1',
      '2500',
      '10k',
      '1.5M',
      '1e−4',
      '−2.5e−4',
    ])
  })

  it('keep the digits that tell two ticks apart', () => {
    expect([0.9985, 0.999, 0.9995].map(v => formatTick(v, 0.0005))).toEqual(['0.9985', '0.999', '0.9995'])
    expect([10_000, 10_500, 11_000].map(v => formatTick(v, 500))).toEqual(['10k', '10.5k', '11k'])
    const { at, step } = linearTicks(2 ** 53, 2 ** 53 + 40, 2)
    expect(at.map(v => formatTick(v, step))).toEqual(['9.007199254741e15', '9.00719925474102e15'])
  })

  it('have four significant digits in lists', () => {
    expect(
      [0.873149, 12.3456, 18_200, 0, -0.5, 12, 1e-7, Number.NaN, Number.NEGATIVE_INFINITY].map(formatValue),
    ).toEqual(['0.8731', '12.35', '18\u2009200', '0', '−0.5000', '12', '1e−7', 'NaN', '−∞'])
  })

  it('have thin spaces between thousands', () => {
    expect(formatCount(1_234_567)).toBe('1\u2009234\u2009567')
  })

  it('are powers of ten where all of them has no room', () => {
    expect([-366_479_129, 18_200, 0, Number.NaN].map(formatPower)).toEqual(['−3.665e8', '1.82e4', '0e0', 'NaN'])
  })

  it('say a difference with the decimals of its value, and no more than two digits of a smaller one', () => {
    expect(formatDelta(0.024_371, 0.8737)).toBe('+0.0244')
    expect(formatDelta(-1.894, 408.6)).toBe('−1.9')
    expect(formatDelta(0.000_012_3, 0.8737)).toBe('+1.2e−5')
    expect(formatDelta(0, 0.8737)).toBe('0')
    expect(formatDelta(1234.5, 0.5)).toBe('+1\u2009234.5000')
    expect(formatDelta(-99_999_999.5, 0.5)).toBe('−99\u2009999\u2009999')
    expect(formatDelta(-1.2346e18, 0.5)).toBe('−1.235e18')
  })

  it('say about how many', () => {
    expect([999, 2_400_000, 120_000].map(formatAbout)).toEqual(['999', '2.4 M', '120 k'])
  })

  it('say durations and ages as people do', () => {
    expect([0.25, 3.2, 42, 59.7, 95, 3599.6, 3600, 5040, 5099, 90_000, -95].map(formatDuration)).toEqual([
      '0.25 s',
      '3.2 s',
      '42 s',
      '1 m',
      '1 m 35 s',
      '1 h',
      '1 h',
      '1 h 24 m',
      '1 h 24 m',
      '1 d 1 h',
      '−1 m 35 s',
    ])
    expect([3, 59, 3700, 200_000].map(formatAge)).toEqual(['now', '59 s', '1 h', '2 d'])
    expect([60, 2400].map(formatAge)).toEqual(['1 min', '40 min'])
  })
})

describe('ticks', () => {
  it('stand on round numbers inside the range, three to six of them', () => {
    for (const [low, high] of [
      [0, 1],
      [0.55, 0.9],
      [-3, 1e4],
      [1e-9, 3e-9],
      [99.5, 100.1],
    ] as const) {
      const { at, step } = linearTicks(low, high, 5)
      expect(at.length).toBeGreaterThanOrEqual(2)
      expect(at.length).toBeLessThanOrEqual(6)
      for (const v of at) expect(v >= low - step * 1e-6 && v <= high + step * 1e-6).toBe(true)
    }
  })

  it('of a value axis are at least three on a low panel too, and not crowded', () => {
    for (const count of [2, 3, 6])
      for (let low = -1; low < 1; low += 0.0137)
        for (const span of [0.03, 0.31, 0.95, 1.6, 2.9, 70]) {
          const { at, step } = valueTicks(low, low + span, count)
          expect(at.length).toBeGreaterThanOrEqual(count === 2 ? 2 : 3)
          expect(at.length).toBeLessThanOrEqual(Math.max(7, count + 1))
          for (const v of at) expect(v >= low - step * 1e-6 && v <= low + span + step * 1e-6).toBe(true)
        }
    expect(valueTicks(-0.03, 0.93, 3).at).toEqual([0, 0.2, 0.4, 0.6, 0.8])
    expect(valueTicks(360, 440, 2).at).toEqual([360, 380, 400, 420, 440])
  })

  it('never divide a step', () => {
    expect(xTicks('step', 0, 3, 6)).toEqual({ at: [0, 1, 2, 3], step: 1 })
  })

  it('fall on whole minutes of a relative time', () => {
    const { at, step } = xTicks('relative', 0, 1500, 5)
    expect(at).toEqual([0, 300, 600, 900, 1200, 1500])
    expect(at.map(v => formatXTick('relative', v, step))).toEqual(['0', '5 m', '10 m', '15 m', '20 m', '25 m'])
  })

  it('puts days at local midnight on both sides of a change of the clocks', () => {
    // Berlin, autumn 2024: two hours ahead of UTC until 27 October 01:00 UTC, then one.
    const change = Date.UTC(2024, 9, 27, 1) / 1000
    const berlin = (seconds: number): number => (seconds < change ? -7200 : -3600)
    const [low, high] = [Date.UTC(2024, 9, 24, 12) / 1000, Date.UTC(2024, 9, 30, 12) / 1000]
    const { at, step } = xTicks('time', low, high, 6, berlin)
    expect(step).toBe(86_400)
    expect(at.map(moment => new Date((moment - berlin(moment)) * 1000).toISOString().slice(5, 16))).toEqual([
      '10-25T00:00',
      '10-26T00:00',
      '10-27T00:00',
      '10-28T00:00',
      '10-29T00:00',
      '10-30T00:00',
    ])
    const back = (seconds: number): number => (seconds < change ? -3600 : -7200)
    const hours = xTicks('time', change - 6 * 3600, change + 6 * 3600, 6, back).at
    expect(hours.map(moment => ((moment - back(moment)) / 3600) % 2)).toEqual(hours.map(() => 0))
  })

  it('of a wall time within a second are told apart', () => {
    const noon = new Date(2026, 0, 2, 12, 0, 0).getTime() / 1000
    const { at, step } = xTicks('time', noon, noon + 0.85, 5)
    expect(at.map(v => formatXTick('time', v, step))).toEqual([
      '12:00:00.0',
      '12:00:00.2',
      '12:00:00.4',
      '12:00:00.6',
      '12:00:00.8',
    ])
    expect(formatXTick('time', noon + 5, 5)).toBe('12:00:05')
  })

  it('of a log axis are powers of ten, with 2 and 5 while there is room', () => {
    expect(logTicks(0.08, 1.2, 5)).toEqual([0.1, 0.2, 0.5, 1])
    expect(logTicks(1e-6, 1e3, 5).every(v => Number.isInteger(Math.round(Math.log10(v) * 1e6) / 1e6))).toBe(true)
    expect(logTicks(1e-6, 1e3, 5).length).toBeLessThanOrEqual(6)
    expect(logTicks(0, 10, 5)).toEqual([])
  })

  it('survive ranges that are none', () => {
    expect(roundStep(0, 5)).toBe(1)
    expect(roundStep(Number.NaN, 5)).toBe(1)
  })

  it('say the place in full under the crosshair', () => {
    expect(formatX('step', 18_200)).toBe('18\u2009200')
    expect(formatX('relative', 5040)).toBe('1 h 24 m')
  })
})

describe('the palette', () => {
  it('gives 24 colours in order of start, then changes the dash and not the colour', () => {
    expect(runStyle(1)).toEqual({ colour: '--run-1', dash: [] })
    expect(runStyle(RUN_COLOURS)).toEqual({ colour: '--run-24', dash: [] })
    expect(runStyle(RUN_COLOURS + 1)).toEqual({ colour: '--run-1', dash: [6, 3] })
    expect(runStyle(2 * RUN_COLOURS + 3)).toEqual({ colour: '--run-3', dash: [2, 2] })
  })

  it('tells 72 runs apart', () => {
    const styles = Array.from({ length: 72 }, (_, i) => JSON.stringify(runStyle(i + 1)))
    expect(new Set(styles).size).toBe(72)
  })
})

describe('the hover bus', () => {
  it('speaks only when something changed, and only its source can clear it', () => {
    const bus = new HoverBus()
    let calls = 0
    bus.subscribe(() => calls++)
    bus.set({ run: 'a', source: 'list' })
    bus.set({ run: 'a', source: 'list' })
    bus.clear('panel')
    expect([calls, bus.value.run]).toEqual([1, 'a'])
    bus.clear('list')
    expect([calls, bus.value.run]).toEqual([2, null])
  })
})
