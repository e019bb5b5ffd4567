import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it, vi } from 'vitest'
import * as comments from '../../data/comments'
import { forgetDrafts } from '../../ui/drafts'
import { TipProvider } from '../../ui/Tip'
import { Toasts } from '../../ui/toasts'
import { PanelContext, type PanelServices } from '../context'
import { Thread } from './Thread'

afterEach(() => {
  act(forgetDrafts)
  cleanup()
})

const said = (id: number, text: string): comments.Comment => ({
  id,
  text,
  user: 'ann',
  created_at: 1,
  edited_at: 0,
  can_edit: false,
  can_delete: false,
})

async function open(list: () => Promise<comments.CommentPage>) {
  vi.spyOn(comments, 'listComments').mockImplementation(list)
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const { unmount } = render(
    <QueryClientProvider client={client}>
      <PanelContext value={{ api: { path: 'projects/ann/digits' } } as unknown as PanelServices}>
        <TipProvider>
          <Thread kind="region" subject="r1" onCount={() => undefined} />
          <Toasts />
        </TipProvider>
      </PanelContext>
    </QueryClientProvider>,
  )
  return { client, unmount, box: await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Comment' }) }
}

it('what is being written stays when the thread cannot be read again', async () => {
  let isUp = true
  const { client, box } = await open(() =>
    isUp ? Promise.resolve({ comments: [said(1, 'Look')], can_write: true }) : Promise.reject(new TypeError('gone')),
  )
  await userEvent.type(box, 'Half a thought')
  isUp = false
  await act(() => client.refetchQueries())
  await waitFor(() => expect(client.getQueryCache().getAll()[0]?.state.status).toBe('error'))
  expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Comment' }).value).toBe('Half a thought')
  expect(screen.getByText('Look')).toBeTruthy()
})

it('a comment on its way takes no more text, which would go with it', async () => {
  let arrived: (comment: comments.Comment) => void = () => undefined
  vi.spyOn(comments, 'addComment').mockReturnValue(new Promise(resolve => (arrived = resolve)))
  const { box } = await open(() => Promise.resolve({ comments: [], can_write: true }))
  await userEvent.type(box, 'First{Control>}{Enter}{/Control}')
  await userEvent.type(box, ', second')
  expect(box.value).toBe('First')
  await act(async () => arrived(said(1, 'First')))
  await userEvent.type(box, 'Second')
  expect(box.value).toBe('Second')
  expect(document.activeElement).toBe(box)
})

it('a comment that is left half written, new or changed, is there again', async () => {
  const mine = { ...said(1, 'Look'), can_edit: true }
  const first = await open(() => Promise.resolve({ comments: [mine], can_write: true }))
  await userEvent.type(first.box, 'Half a thought')
  await userEvent.click(screen.getByRole('button', { name: 'Edit the comment' }))
  await userEvent.keyboard(' here{Escape}')
  expect(screen.getAllByText(/^The comment is not sent. What you wrote is there/)).toHaveLength(1)
  await userEvent.click(screen.getByRole('button', { name: 'Edit the comment' }))
  expect(screen.getByDisplayValue('Look here')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))
  first.unmount()
  const { box } = await open(() => Promise.resolve({ comments: [mine], can_write: true }))
  expect(box.value).toBe('Half a thought')
})
