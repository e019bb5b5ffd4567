import { expect, it } from 'vitest'
import type { Panel } from '../../panels/registry'
import { panelSettings, sectionSettings } from './panelSettings'

const panel = (settings: unknown): Panel => ({ kind: 'line', id: 'p', settings }) as Panel

it('a panel says more than its section, the section more than the page', () => {
  const section = sectionSettings(
    { x: 'time', buckets: 9, legend: 'a' },
    { layers: [{ buckets: 8 }, { legend: 'b' }] },
    null,
  )
  expect(section).toMatchObject({ axis: 'time', buckets: 8, legend: 'b' })
  expect(panelSettings(panel({ x: 'step', smoothing: { kind: 'ema', strength: 0.4 } }), section)).toMatchObject({
    axis: 'step',
    smoothing: 0.4,
    smoothing_kind: 'ema',
    buckets: 8,
  })
})

it('stays the same object while it says the same', () => {
  const section = sectionSettings(undefined, { layers: [] }, null)
  const own = panel({ buckets: 3 })
  expect(panelSettings(own, section)).toBe(panelSettings(own, section))
  expect(panelSettings(panel({}), section)).toBe(section)
})

it('leaves out values that no version of this program wrote', () => {
  const section = sectionSettings(
    { x: 'sideways', outliers: [5], buckets: -1, smoothing: 7, columns: null } as never,
    { layers: [undefined, 'no' as never] },
    null,
  )
  expect(section).toEqual(sectionSettings(undefined, { layers: [] }, null))
})
