import { describe, expect, it } from 'vitest'
import type { Project } from '../../data/projects'
import { findProjects, mainMetric, namesFirst, progressOf, recentTrouble, type RunningRun, troubleOf } from './model'

const run = (fields: Partial<RunningRun>) => ({ created_at: 1_000, started_at: 1_000, ...fields }) as RunningRun

describe('the metric that stands for a run', () => {
  it('is the first one with a goal', () => {
    const definitions = [
      { name: 'lr', goal: '' },
      { name: 'val/acc', goal: 'maximize' },
    ]
    const found = mainMetric(run({ definitions: definitions as never, summary: { loss: 1, 'val/acc': 0.9 } }))
    expect(found).toEqual({ name: 'val/acc', value: 0.9 })
  })

  it('is one of an evaluation before others, and a logged input only when there is nothing else', () => {
    const config = { lr: 0.1 }
    expect(mainMetric(run({ config, summary: { lr: 0.01, 'train/loss': 1, 'val/loss': 2 } }))?.name).toBe('val/loss')
    expect(mainMetric(run({ config, summary: { lr: 0.01, 'train/loss': 1 } }))?.name).toBe('train/loss')
    expect(mainMetric(run({ config, summary: { lr: 0.01 } }))?.name).toBe('lr')
  })

  it('is the first number where no goal was set, and never a key of the recorder', () => {
    expect(mainMetric(run({ summary: { _step: 3, note: 'x', loss: 0.5 } }))).toEqual({ name: 'loss', value: 0.5 })
    expect(mainMetric(run({ summary: { note: 'x' } }))).toBeNull()
  })
})

describe('progress', () => {
  it('says what is left at the pace so far', () => {
    expect(progressOf(run({ progress_step: 25, progress_total: 100 }), 1_050)).toEqual({
      part: 0.25,
      step: 25,
      total: 100,
      leftS: 150,
    })
  })

  it('promises nothing before the first step, or without an end', () => {
    expect(progressOf(run({ progress_step: 0, progress_total: 100 }), 1_050)?.leftS).toBeNull()
    expect(progressOf(run({ progress_step: 5, progress_total: 0 }), 1_050)).toBeNull()
  })

  it('stays within its bar when a script counts past its end', () => {
    expect(progressOf(run({ progress_step: 120, progress_total: 100 }), 1_050)?.part).toBe(1)
  })
})

it('finds projects by every word, in name, entity or description', () => {
  const list = [
    { entity: 'lab', name: 'digits', description: 'handwriting' },
    { entity: 'mara', name: 'digits-2', description: 'für Größe' },
  ] as Project[]
  const names = (query: string) => findProjects(list, query).map(project => project.name)
  expect(names('digits')).toEqual(['digits', 'digits-2'])
  expect(names('LAB hand')).toEqual(['digits'])
  expect(names('grosse FUR')).toEqual(['digits-2'])
  expect(names('nothing')).toEqual([])
  expect(names(' ')).toHaveLength(2)
})

it('finds runs by name before those that only speak of it', () => {
  const named = (id: string, name: string) => run({ entity: 'lab', project: 'digits', id, name })
  const [late, best, noted] = [named('1', 'old-otter'), named('2', 'otter-run'), named('3', 'fjord')]
  expect(namesFirst([late, best], [noted, best], 'otter').map(({ id }) => id)).toEqual(['2', '1', '3'])
})

it('lists the newest troubles of a week, by when they ended', () => {
  const now = 10 * 86_400
  const runs = [
    run({ id: 'old', finished_at: now - 8 * 86_400 }),
    run({ id: 'silent', finished_at: 0, heartbeat_at: now - 60 }),
    run({ id: 'failed', finished_at: now - 600 }),
  ]
  expect(recentTrouble(runs, now).map(({ id }) => id)).toEqual(['silent', 'failed'])
})

it('says where a run was when it ended badly, and what is safe', () => {
  const text = (fields: Partial<RunningRun>) =>
    troubleOf(run({ project: 'digits', ...fields })).replaceAll('\u2009', ' ')
  expect(text({ state: 'failed', exit_code: 3, last_step: 10_200 })).toBe(
    'In digits, at step 10 200, with exit code 3.',
  )
  expect(text({ state: 'failed', exit_code: null, last_step: -1 })).toBe(
    'In digits, before its first step, with exit code unknown.',
  )
  expect(text({ state: 'crashed', last_step: -1 })).toContain(
    'silent since before its first step. What it logged is kept',
  )
})
