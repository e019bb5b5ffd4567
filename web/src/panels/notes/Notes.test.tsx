import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { TipProvider } from '../../ui/Tip'
import { useEffect, useState } from 'react'
import { afterEach, expect, it, vi } from 'vitest'
import { ApiError } from '../../data/client'
import { PanelContext, type PanelServices } from '../context'
import { Notes } from './Notes'

vi.mock('../markdown/Text', () => ({ MarkdownText: ({ text }: { text: string }) => <p>{text}</p> }))
vi.mock('../../ui/diff/DiffView', () => ({
  LINE_PX: 19,
  DiffView: ({ left, right }: { left: string; right: string }) => <p data-testid="diff">{`${left} → ${right}`}</p>,
}))

afterEach(cleanup)

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
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TipProvider>
        <PanelContext value={{ api: { path: 'projects/ann/digits' } } as unknown as PanelServices}>
          <Page />
        </PanelContext>
      </TipProvider>
    </QueryClientProvider>,
  )
  return { server, show: (notes: string) => act(() => show(notes)) }
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
