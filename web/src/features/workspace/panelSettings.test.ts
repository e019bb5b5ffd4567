import { describe, expect, it } from 'vitest'
import { axesOf, byKey } from '../../panels/axes'
import type { Panel } from '../../panels/registry'
import { originsOf } from '../../panels/settings'
import { inheritedLayers, panelSettings, sectionSettings } from './panelSettings'

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

describe('an axis that metrics are defined to stand over', () => {
  const over = (key: string, step_metric: string) => ({ key, step_metric, hidden: false, goal: '', unit: '' })
  const axes = axesOf(
    byKey([over('val/acc', 'epoch'), over('val/loss', 'epoch'), over('grad', 'tokens'), over('a', '')]),
  )
  const line = (y: unknown, fields: object = {}): Panel => ({ kind: 'line', id: 'p', y, ...fields }) as Panel
  const from = (page?: object, section?: object) => sectionSettings(page, { layers: [section] }, null, axes)
  const axisOf = (panel: Panel, section = from()) => panelSettings(panel, section).axis
  const acc = [{ metric: 'val/acc' }]

  it('is the panel’s where nobody chose one', () => {
    expect(axisOf(line(acc))).toBe('metric:epoch')
    expect(axisOf(line([...acc, { metric: 'val/loss' }], { settings: { buckets: 7 } }))).toBe('metric:epoch')
    const section = from()
    const panel = line(acc)
    expect(panelSettings(panel, section)).toBe(panelSettings(panel, section))
  })

  it('gives way to one that a person chose: the step, too', () => {
    expect(axisOf(line(acc), from({ x: 'step' }))).toBe('step')
    expect(axisOf(line(acc), from(undefined, { x: 'time' }))).toBe('time')
    expect(axisOf(line(acc, { settings: { x: 'step' } }))).toBe('step')
  })

  it('is none where metrics of a panel differ, and of other kinds and channels', () => {
    expect(axisOf(line([...acc, { metric: 'grad' }]))).toBe('step')
    expect(axisOf(line([...acc, { metric: 'a' }]))).toBe('step')
    expect(axisOf(line([...acc, { expression: '${val/acc} * 2' }]))).toBe('step')
    expect(axisOf(line([]))).toBe('step')
    expect(axisOf(line(acc, { channel: 'system' }))).toBe('step')
    expect(axisOf(line(acc, { kind: 'bar' }))).toBe('step')
  })

  it('is told to come from the definition, and is no setting of a place', () => {
    const layers = inheritedLayers({ buckets: 4 }, undefined, 'metric:epoch')
    expect(originsOf(layers)).toMatchObject({ x: 'definition', buckets: 'workspace' })
    expect(originsOf(inheritedLayers({ x: 'time' }, undefined, 'metric:epoch')).x).toBe('workspace')
  })
})
