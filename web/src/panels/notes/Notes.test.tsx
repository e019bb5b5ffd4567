import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { TipProvider } from '../../ui/Tip'
import { useEffect, useState } from 'react'
import { afterEach, expect, it, vi } from 'vitest'
import { ApiError } from '../../data/client'
import { forgetDrafts } from '../../ui/drafts'
import { Toasts } from '../../ui/toasts'
import { PanelContext, type PanelServices } from '../context'
import { Notes } from './Notes'

vi.mock('../markdown/Text', () => ({ MarkdownText: ({ text }: { text: string }) => <p>{text}</p> }))
vi.mock('../../ui/diff/DiffView', () => ({
  LINE_PX: 19,
  DiffView: ({ left, right }: { left: string; right: string }) => <p data-testid="diff">{`${left} → ${right}`}</p>,
}))

afterEach(() => {
  act(forgetDrafts)
  cleanup()
})

/** A page with notes before a server where others may write them too. */
function open() {
  const server = { text: 'Before', saves: [] as [string, string][] }
  let show: (notes: string) => void = () => undefined
  function Page() {
    const [notes, setNotes] = useState(server.text)
    useEffect(() => {
      show = setNotes
    }, [])
    return (
      <Notes
        of={{ path: 'p', notesHistory: async () => [] }}
        notes={notes}
        hint="None"
        onSave={async (text, known) => {
          if (known !== server.text)
            throw new ApiError({ status: 409, detail: 'bo wrote them', fields: { user: 'bo', time: 1 } })
          server.saves.push([text, known])
          server.text = text
          setNotes(text)
        }}
        onRead={async () => {
          setNotes(server.text)
          return server.text
        }}
      />
    )
  }
  const { unmount } = render(
    <QueryClientProvider client={new QueryClient()}>
      <TipProvider>
        <PanelContext value={{ api: { path: 'projects/ann/digits' } } as unknown as PanelServices}>
          <Page />
          <Toasts />
        </PanelContext>
      </TipProvider>
    </QueryClientProvider>,
  )
  return { server, unmount, show: (notes: string) => act(() => show(notes)) }
}

const box = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Notes' })
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }))

async function write(text: string) {
  await press('Edit the notes')
  await userEvent.clear(box())
  await userEvent.type(box(), text)
}

it('notes that somebody saved meanwhile are shown beside what was typed, and overwritten only when that is asked for', async () => {
  const { server } = open()
  await write('Mine')
  server.text = 'Theirs'
  await press('Save notes')
  expect(screen.getByRole('alert').textContent).toContain('bo saved other notes')
  expect(screen.getByTestId('diff').textContent).toBe('Theirs → Mine')
  expect(box().value).toBe('Mine')
  expect(server.saves).toEqual([])
  await press('Save yours over it')
  expect(server.saves).toEqual([['Mine', 'Theirs']])
  expect(screen.queryByRole('textbox', { name: 'Notes' })).toBeNull()
})

it('theirs can be taken, and what was typed comes back', async () => {
  const { server } = open()
  await write('Mine')
  server.text = 'Theirs'
  await press('Save notes')
  await press('Take theirs')
  expect(box().value).toBe('Theirs')
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save notes' }).disabled).toBe(true)
  await press('Bring yours back')
  await press('Add theirs below yours')
  expect(box().value).toBe('Mine\n\nTheirs')
  server.text = 'Theirs, again'
  await press('Save yours over it')
  expect(screen.getByTestId('diff').textContent).toContain('Theirs, again → Mine')
  expect(server.saves).toEqual([])
})

it('who is writing hears that others saved before sending', async () => {
  const { show } = open()
  await write('Mine')
  expect(screen.queryByRole('status')).toBeNull()
  show('Theirs')
  expect(screen.getByRole('status').textContent).toContain('Saving shows you both')
  expect(box().value).toBe('Mine')
})

it('Escape closes unchanged notes without a word, and keeps changed ones for when they are edited again', async () => {
  const { server } = open()
  const told = () => screen.queryAllByText(/^The notes are not saved. What you wrote is there/).length
  const before = told()
  await press('Edit the notes')
  await userEvent.keyboard('{Escape}')
  expect(told()).toBe(before)
  await write('Half a thought')
  await userEvent.keyboard('{Escape}')
  expect(screen.queryByRole('textbox', { name: 'Notes' })).toBeNull()
  expect(told()).toBe(before + 1)
  await press('Go on writing')
  expect(box().value).toBe('Half a thought')
  expect(screen.getByRole('status').textContent).toContain('You wrote this before')
  await press('Save notes')
  expect(server.saves).toEqual([['Half a thought', 'Before']])
  expect(screen.queryByRole('button', { name: 'Go on writing' })).toBeNull()
})

it('a page that is left over changed notes finds them again, and those of others beside them', async () => {
  const first = open()
  await write('Mine')
  first.unmount()
  const { server } = open()
  server.text = 'Theirs'
  await press('Edit the notes')
  expect(box().value).toBe('Mine')
  await press('Save notes')
  expect(screen.getByTestId('diff').textContent).toBe('Theirs → Mine')
  expect(server.saves).toEqual([])
})

it('Cancel discards, and Undo brings back', async () => {
  open()
  await write('Mine')
  await press('Cancel')
  expect(screen.queryByRole('button', { name: 'Go on writing' })).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: /^Undo/ }))
  expect(box().value).toBe('Mine')
  await press('Cancel')
  await press('Edit the notes')
  expect(box().value).toBe('Before')
  await userEvent.type(box(), '!')
  expect(screen.queryByRole('button', { name: /^Undo/ })).toBeNull()
})
