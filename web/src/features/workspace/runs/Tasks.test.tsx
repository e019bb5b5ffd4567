import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ApiError } from '../../../data/client'
import type { Edited } from '../../../data/runs'
import type { Session } from '../session'
import { FieldTask, TagsTask } from './Tasks'

const told = vi.hoisted(() => [] as { text: string }[])
vi.mock('../../../ui/toasts', () => ({ toast: (shown: { text: string }) => told.push(shown) }))

beforeEach(() => {
  told.length = 0
})
afterEach(cleanup)

const DONE: Edited = { count: 1, undos: ['u'], refused: [] }

/** A form before a server whose answers are given one after the other. */
function open(Task: typeof TagsTask | 'group') {
  const answers: { resolve: (edited: Edited) => void; reject: (error: Error) => void }[] = []
  const onDone = vi.fn()
  const session = {
    list: {
      find: () => ({ id: 'r1', name: 'fast-fox', tags: ['old'], group: '' }),
      patch: () => {},
      refresh: async () => {},
    },
    runs: {
      path: 'projects/ann/digits',
      tags: async () => ({ tags: [] }),
      query: async () => ({ runs: [], total: 0, groups: [] }),
      edit: () => new Promise<Edited>((resolve, reject) => answers.push({ resolve, reject })),
    },
  } as unknown as Session
  const props = { session, ids: ['r1'], onDone }
  const { unmount } = render(
    <QueryClientProvider client={new QueryClient()}>
      {Task === 'group' ? <FieldTask {...props} field="group" /> : <Task {...props} />}
    </QueryClientProvider>,
  )
  return { answers, onDone, unmount }
}

const refuse = new ApiError({ status: 503, detail: 'The disk is full.' })

it('tags that the server refuses stay in their form, with the reason, until it takes them', async () => {
  const { answers, onDone } = open(TagsTask)
  await userEvent.type(screen.getByRole('combobox'), 'fresh')
  await userEvent.click(screen.getByRole('button', { name: 'Save tags' }))
  expect(onDone).not.toHaveBeenCalled()
  await userEvent.click(screen.getByRole('button', { name: 'Save tags' }))
  expect(answers).toHaveLength(1)
  await act(async () => answers[0]?.reject(refuse))
  expect(screen.getByRole('alert').textContent).toContain('The disk is full.')
  expect(screen.getByRole<HTMLInputElement>('combobox').value).toBe('fresh')
  expect(onDone).not.toHaveBeenCalled()
  await userEvent.click(screen.getByRole('button', { name: 'Save tags' }))
  expect(screen.queryByRole('alert')).toBeNull()
  await act(async () => answers[1]?.resolve(DONE))
  expect(onDone).toHaveBeenCalledOnce()
})

it('a group that no run may take is said in the form', async () => {
  const { answers, onDone } = open('group')
  await userEvent.type(screen.getByRole('combobox'), 'sweep{Enter}')
  const reason = 'It is in the trash. Restore it first.'
  await act(async () => answers[0]?.resolve({ count: 0, undos: [], refused: [{ id: 'r1', reason }] }))
  expect(screen.getByRole('alert').textContent).toContain('fast-fox stays: It is in the trash')
  expect(screen.getByRole<HTMLInputElement>('combobox').value).toBe('sweep')
  expect(onDone).not.toHaveBeenCalled()
})

it('a refusal that finds its form closed is said all the same', async () => {
  const { answers, unmount } = open('group')
  await userEvent.type(screen.getByRole('combobox'), 'sweep{Enter}')
  unmount()
  await act(async () => answers[0]?.reject(refuse))
  expect(told.map(({ text }) => text)).toEqual(['The runs were not changed. The disk is full.'])
})
