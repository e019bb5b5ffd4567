import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it, vi } from 'vitest'
import type { PanelEditorProps } from '../registry'
import type { MarkdownPanel } from '../schema'
import { MarkdownEditor } from './Editor'

afterEach(cleanup)

it('what was typed right before the drawer closes is kept', async () => {
  const onChange = vi.fn()
  const panel: MarkdownPanel = { id: 'md', kind: 'markdown', text: 'Before' }
  const props = { panel, onChange } as unknown as PanelEditorProps<MarkdownPanel>
  const { unmount } = render(<MarkdownEditor {...props} />)
  await userEvent.type(screen.getByRole('textbox', { name: 'Text in Markdown' }), '!')
  unmount()
  expect(onChange.mock.lastCall?.[0]).toEqual({ text: 'Before!' })
})
