import { describe, expect, it } from 'vitest'
import { isAxisName, originsOf, resolveSettings, SETTINGS_DEFAULTS, withSettings } from './settings'

describe('settings', () => {
  it('are inherited: the last place that says a value has it', () => {
    const settings = resolveSettings([{ x: 'time', buckets: 100 }, undefined, { buckets: 0 }, { legend: '${name}' }])
    expect(settings).toMatchObject({ axis: 'time', buckets: 0, legend: '${name}', method: SETTINGS_DEFAULTS.method })
  })

  it('have a strength only while something is smoothed', () => {
    expect(resolveSettings([{ smoothing: { kind: 'none', strength: 0.5 } }]).smoothing).toBe(0)
    expect(resolveSettings([{ smoothing: { strength: 0.5 } }])).toMatchObject({
      smoothing: 0.5,
      smoothing_kind: 'time_ema',
    })
  })

  it('say which place each value comes from', () => {
    const origins = originsOf([
      { origin: 'workspace', settings: { x: 'time', buckets: 9 } },
      { origin: 'section', settings: { buckets: 3 } },
    ])
    expect([origins.x, origins.buckets, origins.legend]).toEqual(['workspace', 'section', 'default'])
  })

  it('go when nothing is left to say', () => {
    expect(withSettings({ x: 'time' }, { x: undefined })).toBeUndefined()
    expect(withSettings(undefined, { buckets: 3 })).toEqual({ buckets: 3 })
  })
})

it('an axis is a count, a time, a metric or an expression', () => {
  expect(['step', 'relative', 'time', 'metric:epoch', '${epoch} * 2'].every(isAxisName)).toBe(true)
  expect(['', 'sideways', 'metric:', 'epoch * 2'].some(isAxisName)).toBe(false)
})
