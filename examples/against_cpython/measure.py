"""Measures how CPython's global lock goes from thread to thread. Runs on 2.7 and on 3.x.

    measure.py turns  THREADS INTERVAL SECONDS    a line "seconds thread" each time another thread runs than before
    measure.py count  THREADS INTERVAL SECONDS    a line "serial threads", both in seconds, for the same counting
    measure.py sleep  BESIDE  INTERVAL SECONDS    a line with the seconds of each sleep(1 ms), BESIDE threads computing
    measure.py echo   BESIDE  INTERVAL SECONDS    the same of requests to an echo server in another process

INTERVAL is in seconds, or in ticks before 3.2; 0 leaves it as it is. The last line is "cpu", and the CPU time of it all.
"""
import os
import resource
import socket
import sys
import threading
import time

now = getattr(time, "perf_counter", time.time)


def turns(threads, seconds):
    owner, log, stop = [-1], [], [False]

    def spin(me):
        while not stop[0]:
            # Whoever finds another's name here has just been given the lock.
            if owner[0] != me:
                owner[0] = me
                log.append((now(), me))

    run([lambda me=me: spin(me) for me in range(threads)], seconds, stop)
    for at, me in log:
        print("%.9f %d" % (at, me))


def run(jobs, seconds, stop):
    started = [threading.Thread(target=job) for job in jobs]
    for thread in started:
        thread.start()
    time.sleep(seconds)
    stop[0] = True
    for thread in started:
        thread.join()


def up_to(n):
    i = 0
    while i < n:
        i += 1


def count(threads, seconds):
    # An interpreter that adapts to what it has seen is to have done so before anything is compared.
    for _ in range(50):
        up_to(10000)
    from_ = now()
    up_to(1000000)
    n = int(1000000 * seconds / threads / (now() - from_))
    from_ = now()
    for _ in range(threads):
        up_to(n)
    serial = now() - from_
    started = [threading.Thread(target=up_to, args=(n,)) for _ in range(threads)]
    from_ = now()
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    print("%.9f %.9f" % (serial, now() - from_))


def beside(threads, seconds, act):
    stop, took = [False], []

    def spin():
        i = 0
        while not stop[0]:
            i += 1

    def wait():
        while not stop[0]:
            from_ = now()
            act()
            took.append(now() - from_)

    run([spin] * threads + [wait], seconds, stop)
    for time_ in took:
        print("%.9f" % time_)


def echo(threads, seconds):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    if os.fork() == 0:
        line = listener.accept()[0]
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            data = line.recv(64)
            if not data:
                os._exit(0)
            line.sendall(data)
    line = socket.create_connection(listener.getsockname())
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask():
        line.sendall(b"x")
        line.recv(64)

    beside(threads, seconds, ask)
    line.close()
    os.wait()


def main():
    what, threads, interval, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    if interval > 0:
        if hasattr(sys, "setswitchinterval"):
            sys.setswitchinterval(interval)
        else:
            sys.setcheckinterval(int(interval))
    if what == "turns":
        turns(threads, seconds)
    elif what == "count":
        count(threads, seconds)
    elif what == "sleep":
        beside(threads, seconds, lambda: time.sleep(0.001))
    elif what == "echo":
        echo(threads, seconds)
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print("cpu %.6f" % sum(u.ru_utime + u.ru_stime for u in usage))


main()
