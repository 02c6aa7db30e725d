@echo off
rem Starts the command line with the Node that `npm ci` installed here, whatever `node` the machine has.
setlocal
set "meridian_root=%~dp0.."
set "meridian_node=%meridian_root%\node_modules\node\bin\node.exe"
if not exist "%meridian_node%" (
  echo meridian: "%meridian_node%" is missing; run "npm ci" in "%meridian_root%" first 1>&2
  exit /b 2
)
"%meridian_node%" "%meridian_root%\src\cli\main.ts" %*
exit /b %errorlevel%
