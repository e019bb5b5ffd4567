import { createRoot } from 'react-dom/client'
import './theme/tokens.css'
import './theme/index.css'

createRoot(document.getElementById('root') as HTMLElement).render(<p>Assay</p>)
