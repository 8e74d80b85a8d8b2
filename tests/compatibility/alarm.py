import signal


def ring(number, frame):
    raise TimeoutError("rang")


signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    signal.pause()
except TimeoutError as error:
    print(error)
