import { render } from 'preact'
import { App } from './app.js'
import './base.css'
import { watchState } from './live/emulator-state.js'
import { watchFeed } from './live/feed.js'
import { applyTheme } from './shell/theme.js'

applyTheme()
watchState()
watchFeed()
const place = document.getElementById('app')
if (place === null) throw new Error('The page has no place for the dashboard.')
render(<App />, place)
