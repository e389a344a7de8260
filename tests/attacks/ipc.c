/* Objects that outlive processes: System V and POSIX. */
#include "attack.h"

#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

static void shm_of_others(const struct world* world)
{
    const int segment = shmget((key_t)world->ipc_key, 0, 0);
    if (segment < 0)
        refused("shmget(the segment of another process)");
    char* memory = shmat(segment, NULL, 0);
    if (memory == (void*)-1)
        refused("shmat");
    memcpy(memory, "broken", 6);
    reached("shared memory of another process was written");
}

static void shm_left(const struct world* world)
{
    const int segment = shmget((key_t)world->ipc_key + 1, 1 << 20, IPC_CREAT | 0600);
    if (segment < 0)
        refused("shmget(IPC_CREAT)");
    if (!outside_namespace(world, "ipc"))
        contained("a segment is left in a namespace of its own");
    shmctl(segment, IPC_RMID, NULL);
    reached("a segment that outlives the test");
}

static void semaphores_left(const struct world* world)
{
    const int set = semget((key_t)world->ipc_key + 2, 4, IPC_CREAT | 0600);
    if (set < 0)
        refused("semget(IPC_CREAT)");
    if (!outside_namespace(world, "ipc"))
        contained("semaphores are left in a namespace of its own");
    semctl(set, 0, IPC_RMID);
    reached("semaphores that outlive the test");
}

static void queue_left(const struct world* world)
{
    char name[LONGEST_TEXT + 2];
    snprintf(name, sizeof name, "/%s", world->token);
    const mqd_t queue = mq_open(name, O_CREAT | O_RDWR, 0600, NULL);
    if (queue == (mqd_t)-1)
        refused("mq_open");
    if (!outside_namespace(world, "ipc"))
        contained("a message queue is left in a namespace of its own");
    mq_unlink(name);
    reached("a message queue that outlives the test");
}

static void shm_file_left(const struct world* world)
{
    char name[LONGEST_TEXT + 16];
    snprintf(name, sizeof name, "/dev/shm/%s.outside", world->token);
    const bool machines = access(name, F_OK) == 0;
    snprintf(name, sizeof name, "/%s.shm", world->token);
    const int file = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (file < 0)
        refused("shm_open");
    if (!machines)
        contained("a file is left in a /dev/shm of its own");
    shm_unlink(name);
    reached("a file in the machine's /dev/shm");
}

const struct attack ipc_attacks[] = {
    {"shm_of_others", shm_of_others, "a System V segment of another process", false},
    {"shm_left", shm_left, "leaves a System V segment", false},
    {"semaphores_left", semaphores_left, "leaves System V semaphores", false},
    {"queue_left", queue_left, "leaves a POSIX message queue", false},
    {"shm_file_left", shm_file_left, "leaves a file in /dev/shm", false},
    {NULL, NULL, NULL, false},
};
