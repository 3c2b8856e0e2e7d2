/** Run by nonsense.test.ts: stories that note what the page, the doctor, explain and metrics find. */
import '../doctor/firmware.test.ts'
import '../doctor/installer.test.ts'
import '../doctor/loader.test.ts'
import '../explain/explain.test.ts'
