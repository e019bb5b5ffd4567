import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Edited } from '../../../data/runs'
import type { Session } from '../session'
import type { Run } from '../../../data/project'
import { editRuns, patchRun, stopRuns } from './edits'

const told = vi.hoisted(() => [] as { text: string; icon: string }[])
vi.mock('../../../ui/toasts', () => ({ toast: (shown: { text: string; icon: string }) => told.push(shown) }))

const IN_TRASH = { id: 'r2', reason: 'It is in the trash. Restore it first.' }

/** A list of two runs, before a server that answers every edit so. */
function sessionWith(answer: Edited): Session {
  const names: Record<string, string> = { r1: 'fast-fox', r2: 'calm-sea' }
  return {
    list: { find: (id: string) => ({ name: names[id] }), patch: () => {}, refresh: async () => {} },
    runs: { edit: async () => answer, stop: async () => answer },
  } as unknown as Session
}

describe('what an edit says it did', () => {
  beforeEach(() => {
    told.length = 0
  })

  it('names the runs that stay as they are, beside those it changed', async () => {
    await editRuns(sessionWith({ count: 1, undos: [], refused: [IN_TRASH] }), ['r1', 'r2'], { group: 'g' }, 'Group g')
    expect(told[0]).toMatchObject({
      text: 'Group g: 1 run. calm-sea stays: It is in the trash. Restore it first',
      icon: 'check',
    })
  })

  it('does not say of a run in the trash that it was so already', async () => {
    await editRuns(sessionWith({ count: 0, undos: [], refused: [IN_TRASH] }), ['r2'], { group: 'g' }, 'Group g')
    await editRuns(sessionWith({ count: 0, undos: [], refused: [] }), ['r1'], { group: 'g' }, 'Group g')
    await stopRuns(sessionWith({ count: 0, undos: [], refused: [IN_TRASH] }), ['r2'])
    const stays = 'calm-sea stays: It is in the trash. Restore it first'
    expect(told.map(({ text }) => text)).toEqual([stays, 'Group g: it was so already', stays])
  })
})

it('what the server did not take is not left in the list, even where it cannot be read again', async () => {
  let run = { id: 'r1', name: 'fast-fox', tags: ['a'], notes: 'Before' } as unknown as Run
  const gone = (): Promise<never> => Promise.reject(new TypeError('gone'))
  const shown: Partial<Run>[] = []
  const session = {
    list: {
      find: () => run,
      patch: (_ids: string[], changes: (run: Run) => Partial<Run>) => {
        run = { ...run, ...changes(run) }
        shown.push(run)
      },
      refresh: async () => {},
    },
    runs: { edit: gone, patch: gone },
  } as unknown as Session
  expect(await patchRun(session, 'r1', { notes: 'After' }, 'Saved')).toBe(false)
  expect(await editRuns(session, ['r1'], { add_tags: ['b'] }, 'Tagged b')).toBe(false)
  expect(shown.map(({ notes, tags }) => [notes, tags])).toEqual([
    ['After', ['a']],
    ['Before', ['a']],
    ['Before', ['a', 'b']],
    ['Before', ['a']],
  ])
})
